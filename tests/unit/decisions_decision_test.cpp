#include "decisions/rules.hpp"
#include "policy/rule_mark.hpp"

#include <gtest/gtest.h>

namespace fairlead::decisions {
namespace decisions_decision_test {

const std::string record = state::encode(
    {.fabric = {.efa = config::EfaNeed::Required, .efa_interfaces = 2, .group = "pg;1"},
     .asked = true});

/// "by: what" of each.
std::vector<std::string> shown(const Decisions& decisions) {
    std::vector<std::string> lines;
    for (const Decision& decision : decisions)
        lines.push_back(decision.by + ": " + decision.what);
    return lines;
}
using Lines = std::vector<std::string>;

TEST(Decisions, OfACommentAreToldInWords) {
    EXPECT_EQ(shown(in_comment(record + ";fairlead-hold=00c0ffee00c0ffee,at-most=30.5USD;by hand;"
                                        "fairlead: attempt 2 of 3: nodes span 2 leaves [FL-E220];"
                                        "FL-S110: s3://lab/a not found. Job 7 held")),
              (Lines{"admission: efa required, at least 2 interfaces on each node, placement group "
                     "pg;1; the job itself asked for EFA",
                     "budget: its group's budget holds at most 30.5USD for it",
                     "placement: attempt 2 of 3: nodes span 2 leaves [FL-E220]",
                     "staging: FL-S110: s3://lab/a not found. Job 7 held"}));
}

TEST(Decisions, ACostThatNoBudgetHoldsIsTold) {
    EXPECT_EQ(shown(in_comment("fairlead-cost=at-most=30.5USD")),
              (Lines{"budget: at most 30.5USD; no budget holds it"}));
}

policy::Rules rules_of(const std::string& list) {
    auto rules = policy::parse_rules("schema: fairlead.policy/1\npolicy:\n" + list, "p.yaml");
    EXPECT_TRUE(rules) << (rules ? "" : to_string(rules.error()));
    return rules ? *rules : policy::Rules{};
}

TEST(Decisions, OfRulesAreToldByWhatTheRulesSayNow) {
    const config::PolicySettings settings{.mode = config::Mode::Enforce};
    const std::string same = "- {name: low prio, set: {qos: low}}\n";
    const policy::Rules then =
        rules_of(same + "- {name: b, warn: slow}\n- {name: c, hold: true}\n");
    const std::string comment =
        fmt::format("{};fairlead-rules={},{},{} and 2 more;fairlead-cost=at-most=1USD", record,
                    then[0].mark, then[1].mark, then[2].mark);
    const Decisions decisions =
        by_rules(comment, settings, rules_of(same + "- {name: b, warn: fast}\n"));
    EXPECT_EQ(shown(decisions),
              (Lines{"rules: low prio acted on it: set: {qos: low}",
                     "rules: b acted on it, and was changed since; now it says: warn: fast",
                     "rules: c acted on it, and is not among the rules any more",
                     "rules: 2 more acted on it, whose names had no room"}));
    EXPECT_EQ(decisions[0].rule, "low prio");
    EXPECT_EQ(decisions[0].next, "p.yaml:3:3");
    EXPECT_EQ(decisions[3].rule, "");
    EXPECT_EQ(shown(in_comment(comment)).size(), 2u) << "the words beside it are read as before";
}

TEST(Decisions, ARuleIsNotTakenForAnotherWhoseNameBeginsAlike) {
    const std::string begin(64, 'x');
    const auto one = [&](const std::string& end, const std::string& says) {
        return rules_of("- {name: " + begin + end + ", warn: " + says + "}\n");
    };
    const auto told = [&](const policy::Rules& now) {
        return by_rules("fairlead-rules=" + one("a", "slow")[0].mark, {}, now).at(0).what;
    };
    EXPECT_EQ(told(one("b", "fast")),
              begin + " acted on it, and was changed since or is not among the rules any more");
    EXPECT_EQ(told(one("a", "slow")), begin + " acted on it: warn: slow");
}

TEST(Decisions, RulesThatCannotBeReadAreNamedAllTheSame) {
    const auto decisions = by_rules("fairlead-rules=a:00000000", {}, fail(Code::X103, "denied"));
    ASSERT_EQ(decisions.size(), 1u);
    EXPECT_EQ(decisions[0].what, "a acted on it; what it says cannot be read here");
    EXPECT_EQ(decisions[0].code, Code::X103);
    EXPECT_EQ(decisions[0].next, "denied");
}

TEST(Decisions, WithoutRulesItIsSaidWhyThereMayBeNone) {
    const auto told = [](config::Mode mode) {
        return by_rules("fairlead-rules=", {.mode = mode}, policy::Rules{}).at(0).what;
    };
    EXPECT_EQ(told(config::Mode::Enforce),
              "its AdminComment names none: none changed or held it or "
              "warned, or an admin wrote over it");
    EXPECT_TRUE(told(config::Mode::Observe).ends_with("is in slurmctld's log"));
    EXPECT_TRUE(told(config::Mode::Off).ends_with("(policy_mode: off)"));
}

TEST(Decisions, CarryTheirCodeAndWhatToDo) {
    const auto decisions =
        in_comment("fairlead-stopped=FL-C203;FL-S110: gone;fairlead-stopped=held [FL-C201]");
    ASSERT_EQ(decisions.size(), 3u);
    EXPECT_EQ(decisions[2].code, Code::C201);
    EXPECT_EQ(decisions[0].code, Code::C203);
    EXPECT_EQ(decisions[0].next, entry_of(Code::C203).action);
    EXPECT_EQ(decisions[1].code, Code::S110);
}

TEST(Decisions, WordsOfOthersAreNone) {
    for (const char* comment :
         {"", "run by hand", "x;y;z", "fairlead-holding=1", "{\"schema\":\"fairlead.admitted/1\"",
          "{\"schema\":\"fairlead.admitted/1\",\"efa\":7}", ";;;", "{}"})
        EXPECT_TRUE(in_comment(comment).empty()) << comment;
}

TEST(Decisions, ATextIsMadeFitForATerminal) {
    const auto decisions = in_comment("FL-S: \x1b[2J" + std::string(9000, 'x'));
    ASSERT_EQ(decisions.size(), 1u);
    EXPECT_EQ(decisions[0].what.find('\x1b'), std::string::npos);
    EXPECT_LT(decisions[0].what.size(), 1100u);
}

TEST(Decisions, APlaceIsJudgedWhereOneIsDemanded) {
    config::Config config;
    const std::vector<std::string> nodes{"a", "b"};
    placement::Snapshot places{.taken = "2026-11-22T10:00:00Z", .region = {}, .nodes = {}};
    places.nodes["a"] = {.instance = "i-1", .type = "t", .path = {"t", "m", "l1"}, .zone = "z"};
    places.nodes["b"] = {.instance = "i-2", .type = "t", .path = {"t", "m", "l2"}, .zone = "z"};
    EXPECT_FALSE(by_place(nodes, places, config, "hpc", {}));
    config.partitions["hpc"].fabric.max_layer = 1;
    const auto violated = by_place(nodes, places, config, "hpc", {});
    ASSERT_TRUE(violated);
    EXPECT_EQ(violated->code, Code::E220);
    config.partitions["hpc"].fabric.max_layer = 2;
    const auto fits = by_place(nodes, places, config, "hpc", {});
    ASSERT_TRUE(fits);
    EXPECT_EQ(fits->what, "a,b lie as demanded, by what EC2 said on 2026-11-22T10:00:00Z");
    config.partitions["hpc"].mode = config::Mode::Off;
    EXPECT_FALSE(by_place(nodes, places, config, "hpc", {}));
    const state::Admitted asked{.fabric = {.max_layer = 1}, .asked = false};
    EXPECT_EQ(by_place(nodes, places, config, "hpc", asked)->code, Code::E220);
    EXPECT_FALSE(by_place({}, places, config, "hpc", asked));
}

TEST(Decisions, NodesThatWereDrainedAreNamedWithTheReason) {
    const std::vector<std::string> nodes{"n1", "n2"};
    const auto known = setup::parse_nodes(
        "NodeName=n1 State=IDLE\nNodeName=n2 State=DRAIN Reason=efa: 1 of 2 [FL-E201] [root@x]\n"
        "NodeName=n3 State=DRAIN Reason=efa: 1 of 2 [FL-E201]\n");
    const auto decisions = by_nodes(nodes, known);
    ASSERT_EQ(decisions.size(), 1u);
    EXPECT_EQ(decisions[0].code, Code::E201);
    EXPECT_TRUE(decisions[0].what.starts_with("n2 is out of service: efa: 1 of 2"));
}

TEST(Decisions, ThePartitionSaysWhoseWordCounts) {
    config::Config config;
    config.partitions["hpc"].fabric.efa = config::EfaNeed::Required;
    EXPECT_EQ(by_partition(config, "hpc").what,
              "hpc has efa required, mode observe; nodes take the job's own word");
}

} // namespace decisions_decision_test
} // namespace fairlead::decisions
