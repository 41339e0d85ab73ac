#include "policy/decide.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_decide_test {

/// hpc demands EFA and enforces it; the rules are those of `list`.
Snapshot site(const std::string& list, config::Mode mode = config::Mode::Enforce) {
    Snapshot snapshot;
    config::PartitionRules hpc;
    hpc.mode = config::Mode::Enforce;
    hpc.fabric.efa = config::EfaNeed::Required;
    hpc.instance_types = {"hpc7a.96xlarge"};
    snapshot.config.partitions.emplace("hpc", hpc);
    snapshot.config.policy.mode = mode;
    auto rules = parse_rules("schema: fairlead.policy/1\npolicy:\n" + list, "p.yaml");
    EXPECT_TRUE(rules) << (rules ? "" : to_string(rules.error()));
    if (rules)
        snapshot.rules = std::move(*rules);
    return snapshot;
}

JobRequest job(std::string partition) {
    JobRequest request;
    request.partition = std::move(partition);
    request.user = "ada";
    return request;
}

std::string codes(const std::vector<Error>& errors) {
    std::string text;
    for (const Error& error : errors)
        text += std::string(id_of(error.code)) + " ";
    return text;
}

constexpr const char* no_cpu = "- {name: a, when: {partition: cpu}, reject: no}\n"
                               "- {name: b, default: {qos: low}}\n";

TEST(PolicyDecide, FabricIsJudgedOfThePartitionThatARuleChose) {
    const Snapshot snapshot =
        site("- {name: a, when: {partition: unset}, route: {partition: hpc}}\n");
    JobRequest request = job("");
    request.partition.reset();
    const Decision decision = decide(request, snapshot);
    EXPECT_EQ(decision.patch.partition, "hpc");
    EXPECT_EQ(codes(decision.refusals), "FL-E101 ") << "the empty catalog has no EFA type";
    EXPECT_TRUE(decide(job("cpu"), snapshot).refusals.empty());
}

TEST(PolicyDecide, RulesThatAreEnforcedRefuseAndChange) {
    const Decision refused = decide(job("cpu"), site(no_cpu));
    EXPECT_EQ(codes(refused.refusals), "FL-A201 ");
    const Decision changed = decide(job("other"), site(no_cpu));
    EXPECT_TRUE(changed.refusals.empty());
    EXPECT_EQ(changed.patch.qos, "low");
}

TEST(PolicyDecide, RulesThatObserveSayWhatTheyWouldDo) {
    const Decision decision = decide(job("cpu"), site(no_cpu, config::Mode::Observe));
    EXPECT_TRUE(decision.refusals.empty() && decision.warnings.empty());
    EXPECT_FALSE(decision.patch.qos);
    EXPECT_EQ(codes(decision.would_have), "FL-A201 FL-A206 ");
    EXPECT_EQ(decision.would_have.back().message, "rules would set qos to 'low'");
    const Decision warned =
        decide(job("cpu"), site("- {name: a, warn: slow}\n", config::Mode::Observe));
    EXPECT_TRUE(warned.warnings.empty());
    ASSERT_EQ(codes(warned.would_have), "FL-A206 ");
    EXPECT_EQ(warned.would_have[0].message, "rules would warn: slow");
}

TEST(PolicyDecide, ATextThatIsNotReadIsRefusedInWords) {
    JobRequest request = job("cpu");
    request.too_long = TooLong{"node_list", 70000, 65536};
    const char* any = "- {name: a, warn: w}\n";
    const Decision decision = decide(request, site(any));
    ASSERT_EQ(codes(decision.refusals), "FL-A203 ");
    EXPECT_EQ(decision.refusals[0].message,
              "the job cannot be checked, because node_list has 70000 bytes, and no more than "
              "65536 are read; make it shorter, or ask an operator");
    EXPECT_TRUE(decision.warnings.empty());
    EXPECT_EQ(codes(decide(request, site(any, config::Mode::Observe)).would_have), "FL-A203 ");
    EXPECT_TRUE(decide(request, site("[]\n")).refusals.empty()) << "no rule would have read it";
}

TEST(PolicyDecide, RulesThatAreOffAndAPausedSiteDecideNothing) {
    Snapshot snapshot = site(no_cpu, config::Mode::Off);
    Decision decision = decide(job("cpu"), snapshot);
    EXPECT_TRUE(decision.refusals.empty() && decision.would_have.empty());
    snapshot = site(no_cpu);
    snapshot.paused = true;
    decision = decide(job("hpc"), snapshot);
    EXPECT_TRUE(decision.refusals.empty() && decision.fired.empty());
}

TEST(PolicyDecide, ExemptUsersAreHeldToTheFabricAlone) {
    Snapshot snapshot = site("- {name: a, reject: no}\n");
    snapshot.config.policy.exempt = {"root", "ada"};
    EXPECT_TRUE(decide(job("cpu"), snapshot).refusals.empty());
    EXPECT_TRUE(decide(job("cpu"), snapshot).exempt);
    EXPECT_EQ(codes(decide(job("hpc"), snapshot).refusals), "FL-E101 ");
    JobRequest other = job("cpu");
    other.user = "bob";
    EXPECT_EQ(codes(decide(other, snapshot).refusals), "FL-A201 ");
}

TEST(PolicyDecide, AnUpdateIsJudgedByTheRulesAlone) {
    JobRequest update = job("hpc");
    update.modify = true;
    EXPECT_TRUE(
        decide(update, site("- {name: a, when: {partition: cpu}, reject: no}\n")).refusals.empty());
    update.partition = "cpu";
    EXPECT_EQ(codes(decide(update, site(no_cpu)).refusals), "FL-A201 ");
}

TEST(PolicyDecide, APatchedRequestHasEveryFieldThatRulesWrite) {
    std::string list = "- name: a\n  set:\n";
    for (const FieldEntry& field : all_fields()) {
        if (!writable(field))
            continue;
        const char* value = field.kind == Kind::Flag     ? "true"
                            : field.kind != Kind::Number ? "x"
                            : field.unit == Unit::Moment ? "2026-11-30"
                                                         : "7";
        list += "    " + std::string(field.name) + ": " + value + "\n";
    }
    const JobRequest before = job("cpu");
    const Outcome outcome = evaluate(site(list).rules, before);
    const JobRequest after = patched(before, outcome.patch);
    for (const FieldEntry& field : all_fields()) {
        if (!writable(field))
            continue;
        const FieldRef ref{.field = &field};
        EXPECT_EQ(shown({after, JobPatch{}}, ref), shown({before, outcome.patch}, ref))
            << field.name;
        EXPECT_NE(shown({after, JobPatch{}}, ref), "") << field.name;
    }
}

} // namespace policy_decide_test
} // namespace fairlead::policy
