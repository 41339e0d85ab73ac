#include "policy/evaluate.hpp"

#include "policy/rule_reader.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_evaluate_test {

Rules rules_of(const std::string& list) {
    auto rules = parse_rules("schema: fairlead.policy/1\npolicy:\n" + list, "p.yaml");
    EXPECT_TRUE(rules) << (rules ? "" : to_string(rules.error()));
    return rules ? *rules : Rules{};
}

Outcome on(const std::string& list, const JobRequest& request) {
    return evaluate(rules_of(list), request);
}

std::string refusals(const Outcome& outcome) {
    std::string text;
    for (const Error& refusal : outcome.refusals)
        text += std::string(id_of(refusal.code)) + " " + refusal.message + "\n";
    return text;
}

JobRequest submission(std::string partition = "cpu") {
    JobRequest request;
    request.partition = std::move(partition);
    return request;
}

JobRequest update() {
    JobRequest request;
    request.modify = true;
    return request;
}

TEST(PolicyEvaluate, WithoutRulesNothingHappens) {
    const Outcome outcome = evaluate({}, submission());
    EXPECT_TRUE(outcome.refusals.empty() && outcome.warnings.empty() && outcome.fired.empty());
    EXPECT_FALSE(outcome.patch.partition || outcome.patch.hold);
}

TEST(PolicyEvaluate, DefaultsLeaveWhatIsAskedFor) {
    const char* list = "- {name: a, default: {time_limit: 1h, requeue: true, account: x}}\n";
    JobRequest request = submission();
    EXPECT_EQ(on(list, request).patch.time_limit, 60u);
    EXPECT_EQ(on(list, request).patch.requeue, true);
    EXPECT_EQ(on(list, request).patch.account, "x");
    request.time_limit = 30;
    request.requeue = false;
    request.account = "y";
    const Outcome outcome = on(list, request);
    EXPECT_FALSE(outcome.patch.time_limit || outcome.patch.requeue || outcome.patch.account);
    EXPECT_EQ(outcome.fired.size(), 1u);
}

TEST(PolicyEvaluate, CapsLowerWhatIsAboveAndLeaveWhatIsUnset) {
    const char* list = "- {name: a, cap: {time_limit: 4h, memory: 8G, most_nodes: 2}}\n";
    JobRequest request = submission();
    EXPECT_FALSE(on(list, request).patch.time_limit);
    request.time_limit = unlimited;
    request.memory = unlimited;
    request.most_nodes = 2;
    const Outcome outcome = on(list, request);
    EXPECT_EQ(outcome.patch.time_limit, 240u);
    EXPECT_EQ(outcome.patch.memory, 8192u);
    EXPECT_FALSE(outcome.patch.most_nodes);
}

TEST(PolicyEvaluate, AppendsOnceAndInTheGrammarOfTheField) {
    const char* list =
        "- {name: a, append: {features: eu, licenses: \"fluent:1\", comment: seen}}\n";
    JobRequest request = submission();
    EXPECT_EQ(on(list, request).patch.features, "eu");
    request.features = "a|eu";
    request.licenses = "matlab:2";
    request.comment = "mine";
    Outcome outcome = on(list, request);
    EXPECT_EQ(outcome.patch.features, "a|eu&eu");
    EXPECT_EQ(outcome.patch.licenses, "matlab:2,fluent:1");
    EXPECT_EQ(outcome.patch.comment, "mine;seen");
    request.features = "eu&a";
    request.licenses = "fluent:1,matlab:2";
    request.comment = "mine;seen";
    outcome = on(list, request);
    EXPECT_FALSE(outcome.patch.features || outcome.patch.licenses || outcome.patch.comment);
    for (const char* holds : {"a|b&eu", "a|b&eu&efa", "[a|b]&c&eu&efa"}) {
        request.features = holds;
        EXPECT_FALSE(on(list, request).patch.features) << holds;
    }
    request.features = "a&eu|b";
    EXPECT_EQ(on(list, request).patch.features, "a&eu|b&eu");
    request.comment = "a;b;mine";
    EXPECT_FALSE(on("- {name: a, append: {comment: \"a;b\"}}\n", request).patch.comment);
    request.comment = "xa;b";
    EXPECT_EQ(on("- {name: a, append: {comment: \"a;b\"}}\n", request).patch.comment, "xa;b;a;b");
    request.features = "x[1]&b";
    EXPECT_EQ(on(list, request).patch.features, "x[1]&b&eu");
}

TEST(PolicyEvaluate, ALicenceThatIsNamedIsNotAppendedAgain) {
    const char* list = "- {name: a, append: {licenses: \"fluent:1\"}}\n";
    JobRequest request = submission();
    const auto with = [&](const char* licenses) {
        request.licenses = licenses;
        const Outcome outcome = on(list, request);
        return outcome.patch.licenses ? std::string(outcome.patch.licenses->view()) : "";
    };
    for (const char* named : {"fluent:4", "fluent", "matlab,fluent=2", "a;fluent:4"})
        EXPECT_EQ(with(named), "") << named;
    EXPECT_EQ(with("fluent2:4"), "fluent2:4,fluent:1");
    EXPECT_EQ(with("fluent@flex:4"), "fluent@flex:4,fluent:1") << "that of a server is another";
    EXPECT_EQ(with("fluent:1|free:1"), "fluent:1|free:1,fluent:1") << "Slurm may choose the other";
    list = "- {name: a, append: {licenses: \"fluent:1,matlab@flex:2\"}}\n";
    EXPECT_EQ(with("fluent:4"), "fluent:4,matlab@flex:2");
    EXPECT_EQ(with("matlab@flex,fluent:4"), "");
    EXPECT_EQ(with(""), "fluent:1,matlab@flex:2");
    request.tres = {{.name = "license/fluent", .type = "", .count = 2}};
    EXPECT_EQ(with(""), "matlab@flex:2") << "--tres-per-task=license/fluent:2";
}

TEST(PolicyEvaluate, LaterRulesSeeWhatEarlierOnesChanged) {
    const Outcome outcome = on("- {name: a, when: {partition: cpu}, route: {partition: gpu}}\n"
                               "- {name: b, when: {partition: cpu}, reject: no}\n"
                               "- {name: c, when: {partition: gpu}, append: {features: x}}\n"
                               "- {name: d, when: {features: x}, append: {features: y}}\n",
                               submission());
    EXPECT_EQ(outcome.patch.partition, "gpu");
    EXPECT_EQ(outcome.patch.features, "x&y");
    EXPECT_TRUE(outcome.refusals.empty());
    EXPECT_EQ(outcome.fired.size(), 3u);
}

TEST(PolicyEvaluate, AllRefusalsAreCollectedUntilARuleStops) {
    const Outcome outcome = on("- {name: a, require: [account, wckey]}\n"
                               "- {name: b, reject: \"not in {partition}\"}\n"
                               "- {name: c, when: {partition: x}, stop: true}\n"
                               "- {name: d, warn: \"{rule}\", stop: true}\n"
                               "- {name: e, reject: never}\n",
                               submission());
    EXPECT_EQ(refusals(outcome), "FL-A202 account must be given (-A) (rule a)\n"
                                 "FL-A202 wckey must be given (--wckey) (rule a)\n"
                                 "FL-A201 not in cpu (rule b)\n");
    EXPECT_EQ(outcome.warnings, std::vector<std::string>{"d"});
}

TEST(PolicyEvaluate, HoldsSubmissionsAlone) {
    EXPECT_TRUE(on("- {name: a, hold: true}\n", submission()).patch.hold);
    EXPECT_FALSE(on("- {name: a, hold: true}\n", update()).patch.hold);
}

TEST(PolicyEvaluate, AnUpdateGetsNoDefaultsAndOnlyWhatItNamesIsChanged) {
    const char* list = "- {name: a, default: {account: x}, require: [wckey], set: {qos: q}, "
                       "append: {features: y}, cap: {time_limit: 1h}}\n";
    JobRequest request = update();
    Outcome outcome = on(list, request);
    EXPECT_TRUE(outcome.refusals.empty());
    EXPECT_FALSE(outcome.patch.account || outcome.patch.qos || outcome.patch.features);
    request.qos = "other";
    request.features = "z";
    request.time_limit = 120;
    outcome = on(list, request);
    EXPECT_EQ(outcome.patch.qos, "q");
    EXPECT_EQ(outcome.patch.features, "z&y");
    EXPECT_EQ(outcome.patch.time_limit, 60u);
}

TEST(PolicyEvaluate, SubmittedSmallAndUpdatedLargeIsRefused) {
    const char* list = "- {name: short, when: {partition: debug, time_limit: \"> 1h\"}, "
                       "reject: too long}\n";
    JobRequest request = update();
    request.time_limit = 600;
    const Outcome outcome = on(list, request);
    EXPECT_EQ(refusals(outcome),
              "FL-A203 this update cannot be checked, because it does not name "
              "partition; name it too, submit the job anew, or ask an operator (rule "
              "short)\n");
    ASSERT_EQ(outcome.fired.size(), 1u);
    EXPECT_FALSE(outcome.fired[0].known);
    request.partition = "cpu";
    EXPECT_EQ(refusals(on(list, request)), "");
    request.partition = "debug";
    EXPECT_EQ(refusals(on(list, request)), "FL-A201 too long (rule short)\n");
    request = update();
    request.time_limit = 30;
    EXPECT_EQ(refusals(on(list, request)), "");
    request = update();
    request.partition = "debug";
    EXPECT_TRUE(refusals(on(list, request)).starts_with("FL-A203"));
}

TEST(PolicyEvaluate, AnUpdateOfSomethingElseIsLeftAlone) {
    JobRequest request = update();
    request.user = "ada";
    request.comment = "a note";
    EXPECT_EQ(refusals(on("- {name: a, when: {user: ada, partition: gpu}, reject: no}\n"
                          "- {name: b, when: {partition: gpu}, set: {qos: q}, cap: {tasks: 1}}\n",
                          request)),
              "");
}

TEST(PolicyEvaluate, AnUpdateCannotTakeAwayWhatARuleMayHaveAppended) {
    const char* list = "- {name: a, when: {work_dir: /cfd/*}, append: {licenses: \"fluent:1\"}}\n";
    JobRequest request = update();
    request.licenses = "matlab:1";
    EXPECT_TRUE(refusals(on(list, request)).starts_with("FL-A203"));
    request.licenses = "matlab:1,fluent:1";
    EXPECT_EQ(refusals(on(list, request)), "");
}

TEST(PolicyEvaluate, ADoubtfulStopDoesNotStop) {
    JobRequest request = update();
    request.time_limit = 600;
    EXPECT_EQ(refusals(on("- {name: exempt, when: {account: ops}, stop: true}\n"
                          "- {name: short, when: {time_limit: \"> 1h\"}, reject: too long}\n",
                          request)),
              "FL-A201 too long (rule short)\n");
}

TEST(PolicyEvaluate, AnUpdateThatTakesAFieldAwayIsHeldToWhatIsRequired) {
    const char* list = "- {name: a, require: [account]}\n- {name: b, default: {wckey: x}}\n"
                       "- {name: c, when: {qos: unset}, reject: \"no qos\"}\n";
    JobRequest request = update();
    request.time_limit = 60;
    EXPECT_EQ(refusals(on(list, request)), "");
    request.account = "";
    request.wckey = "";
    request.qos = "";
    const Outcome outcome = on(list, request);
    EXPECT_EQ(refusals(outcome), "FL-A202 account must be given (-A) (rule a)\n"
                                 "FL-A201 no qos (rule c)\n");
    EXPECT_EQ(outcome.patch.wckey, "x");
}

TEST(PolicyEvaluate, WhoIsNotLookedUpYetIsRefusedByRulesThatAsk) {
    const char* list = "- {name: a, when: {user: ada}, stop: true}\n"
                       "- {name: b, when: {group: physics}, warn: hello}\n"
                       "- {name: c, when: {partition: gpu, group: {not: gpu}}, reject: no}\n";
    JobRequest request = submission("gpu");
    request.caller_known = false;
    EXPECT_EQ(
        refusals(on(list, request)),
        "FL-A204 slurmctld is looking up who you are; submit again in a few seconds (rule a)\n"
        "FL-A204 slurmctld is looking up who you are; submit again in a few seconds (rule c)\n");
    request.partition = "cpu";
    EXPECT_EQ(
        on("- {name: c, when: {partition: gpu, group: x}, reject: no}\n", request).refusals.size(),
        0u);
    request.caller_known = true;
    request.user = "ada";
    EXPECT_EQ(refusals(on(list, request)), "");
}

constexpr const char* ask_again =
    "FL-A204 slurmctld is looking up who you are; submit again in a few seconds (rule a)\n";

TEST(PolicyEvaluate, AValueThatSaysWhoAsksIsNotWrittenBeforeThatIsKnown) {
    JobRequest request = submission();
    request.caller_known = false;
    for (const char* action :
         {"set: {mail_user: \"{user}@example.org\"}",
          "default: {mail_user: \"{user}@example.org\"}", "append: {comment: \"by {user}\"}",
          "append: {features: \"{group}\"}", "route: {qos: \"{user}\"}"}) {
        const Outcome outcome = on(fmt::format("- {{name: a, {}}}\n", action), request);
        EXPECT_EQ(refusals(outcome), ask_again) << action;
        EXPECT_TRUE(changes_of({request, JobPatch{}}, outcome.patch).empty()) << action;
    }
    request.mail_user = "mine@example.org";
    EXPECT_EQ(refusals(on("- {name: a, default: {mail_user: \"{user}@x\"}}\n", request)), "");
    EXPECT_EQ(refusals(on("- {name: a, set: {wckey: \"{account}\"}, warn: \"{user}\"}\n", request)),
              "");
}

TEST(PolicyEvaluate, NorIsItInAnUpdate) {
    JobRequest request = update();
    request.caller_known = false;
    request.partition = "gpu";
    request.comment = "mine";
    request.mail_user = "";
    EXPECT_EQ(refusals(on("- {name: a, append: {comment: \"by {user}\"}}\n", request)), ask_again);
    EXPECT_EQ(refusals(on("- {name: a, default: {mail_user: \"{user}@x\"}}\n", request)),
              ask_again);
    EXPECT_EQ(refusals(on("- {name: a, set: {mail_user: \"{user}@x\"}}\n", request)), ask_again);
    EXPECT_EQ(
        refusals(on("- {name: a, when: {partition: gpu}, set: {wckey: \"{user}\"}}\n", request)),
        ask_again);
    EXPECT_EQ(refusals(on("- {name: a, set: {wckey: \"{user}\"}}\n", request)), "")
        << "it names no wckey";
}

TEST(PolicyEvaluate, WhatIsFilledInForAGroupWaitsUntilItIsKnownWhoAsks) {
    JobRequest request = submission();
    request.caller_known = false;
    const char* fills = "- {name: a, when: {group: bio}, default: {account: bio}}\n";
    const char* notes = "- {name: a, when: {user: ada}, append: {comment: seen}}\n";
    EXPECT_EQ(refusals(on(fills, request)), ask_again);
    EXPECT_EQ(refusals(on(notes, request)), ask_again);
    request.account = "chem";
    EXPECT_EQ(refusals(on(fills, request)), "") << "it is given";
    request.modify = true;
    EXPECT_EQ(refusals(on(fills, request)), "");
    EXPECT_EQ(refusals(on(notes, request)), "") << "no comment is named";
    request.account = "";
    EXPECT_EQ(refusals(on(fills, request)), ask_again);
}

TEST(PolicyEvaluate, ARuleThatObservesSaysWhatItWouldDo) {
    const Outcome outcome =
        on("- {name: a, mode: observe, set: {qos: low}, hold: true, reject: \"no {qos}\"}\n"
           "- {name: b, when: {qos: low}, reject: seen}\n"
           "- {name: c, mode: observe, stop: true}\n"
           "- {name: d, mode: enforce, default: {qos: mid}}\n",
           submission());
    EXPECT_EQ(refusals(outcome), "");
    EXPECT_EQ(outcome.patch.qos, "mid");
    EXPECT_FALSE(outcome.patch.hold);
    std::string texts;
    for (const Error& would : outcome.would_have)
        texts += std::string(id_of(would.code)) + " " + would.message + "\n";
    EXPECT_EQ(texts, "FL-A201 no low (rule a)\n"
                     "FL-A206 would set qos to 'low' (rule a)\n"
                     "FL-A206 would set hold to 'true' (rule a)\n");
    EXPECT_EQ(outcome.fired.size(), 3u);
}

TEST(PolicyEvaluate, ARuleThatObservesSaysWhatItWouldWarnOf) {
    const Outcome outcome =
        on("- {name: a, mode: observe, warn: \"{partition} is slow\"}\n", submission());
    EXPECT_TRUE(outcome.warnings.empty());
    ASSERT_EQ(outcome.would_have.size(), 1u);
    EXPECT_EQ(to_string(outcome.would_have[0]), "would warn: cpu is slow (rule a) [FL-A206]");
}

TEST(PolicyEvaluate, ValuesMayNameFieldsOfTheJob) {
    const char* list = "- {name: a, when: {mail_user: {not: \"*@*\"}}, "
                       "set: {mail_user: \"{user}@example.org\", wckey: \"{account}-{rule}\"}}\n";
    JobRequest request = submission();
    request.user = "ada";
    request.account = "bio";
    request.mail_user = "ada";
    EXPECT_EQ(on(list, request).patch.mail_user, "ada@example.org");
    EXPECT_EQ(on(list, request).patch.wckey, "bio-a");
    request.mail_user = "x@y";
    EXPECT_FALSE(on(list, request).patch.mail_user);
}

TEST(PolicyEvaluate, AHoldIsNotReleasedByItsUser) {
    const char* list = "- {name: a, when: {job_name: big}, hold: true}\n";
    JobRequest request = update();
    request.release = true;
    EXPECT_EQ(refusals(on(list, request)).substr(0, 7), "FL-A203");
    request.job_name = "big";
    EXPECT_EQ(refusals(on(list, request)),
              "FL-A201 the site holds such jobs; an operator releases them (rule a)\n");
    request.job_name = "small";
    EXPECT_EQ(refusals(on(list, request)), "");
    request.job_name.reset();
    request.release = false;
    EXPECT_EQ(refusals(on(list, request)), "");
}

TEST(PolicyEvaluate, ThePartitionThatIsNotAskedForIsTheDefaultOne) {
    const char* list = "- {name: a, when: {partition: cpu}, warn: \"in {partition}\"}\n"
                       "- {name: b, when: {partition: unset}, warn: unset}\n"
                       "- {name: c, default: {partition: gpu}}\n"
                       "- {name: d, when: {partition: cpu}, reject: no}\n";
    JobRequest request = submission();
    request.partition.reset();
    request.default_partition = "cpu";
    const Outcome outcome = on(list, request);
    EXPECT_EQ(outcome.warnings, (std::vector<std::string>{"in cpu", "unset"}));
    EXPECT_EQ(outcome.patch.partition, "gpu");
    EXPECT_EQ(refusals(outcome), "");
    request = update();
    request.default_partition = "cpu";
    EXPECT_TRUE(on("- {name: a, when: {partition: cpu}, warn: x}\n", request).warnings.empty());
}

TEST(PolicyEvaluate, AnUpdateThatMakesARuleHoldIsHeldToAllOfIt) {
    const char* list = "- {name: a, when: {partition: big}, cap: {time_limit: 2h}}\n"
                       "- {name: b, when: {partition: big}, require: [account]}\n"
                       "- {name: c, when: {partition: big}, append: {features: eu}}\n"
                       "- {name: d, when: {partition: big}, set: {qos: big}}\n"
                       "- {name: e, when: {partition: big}, append: {comment: seen}}\n"
                       "- {name: f, when: {time_limit: \"> 24h\"}, hold: true}\n";
    JobRequest request = update();
    request.partition = "big";
    const char* name_it = "; name it too, submit the job anew, or ask an operator";
    const auto cannot = [&](std::string field, std::string rule) {
        return "FL-A203 this update cannot be checked, because it does not name " + field +
               name_it + " (rule " + rule + ")\n";
    };
    Outcome outcome = on(list, request);
    EXPECT_EQ(refusals(outcome),
              cannot("time_limit", "a") + cannot("account", "b") + cannot("features", "c"));
    EXPECT_EQ(outcome.patch.qos, "big") << "what needs no old value is added";
    EXPECT_FALSE(outcome.patch.comment);
    request.time_limit = 600;
    request.account = "bio";
    request.features = "x";
    outcome = on(list, request);
    EXPECT_EQ(refusals(outcome), "");
    EXPECT_EQ(outcome.patch.time_limit, 120u);
    EXPECT_EQ(outcome.patch.features, "x&eu");
    request = update();
    request.time_limit = 2000;
    EXPECT_EQ(refusals(on(list, request)),
              cannot("partition", "a") +
                  "FL-A201 the site holds such jobs; an operator releases them (rule f)\n");
    request = update();
    request.job_name = "x";
    EXPECT_EQ(refusals(on(list, request)), "") << "what no rule reads is nobody's matter";
}

TEST(PolicyEvaluate, SizesOfTheWholeJobAreTouchedByWhatTheyAreMadeOf) {
    const char* list = "- {name: a, when: {gpus: \"> 4\"}, reject: no}\n"
                       "- {name: b, when: {cpus: \"> 32\"}, reject: no}\n";
    JobRequest request = update();
    EXPECT_EQ(refusals(on(list, request)), "");
    request.least_nodes = 10;
    EXPECT_EQ(on(list, request).refusals.size(), 2u);
    request = update();
    request.tres_named = true;
    EXPECT_EQ(on(list, request).refusals.size(), 2u);
}

TEST(PolicyEvaluate, ACapOfTheMostNodesCountsTheLeast) {
    const char* list = "- {name: a, cap: {most_nodes: 4}}\n";
    JobRequest request = submission();
    request.least_nodes = 8;
    EXPECT_EQ(on(list, request).patch.most_nodes, 4u);
    request.least_nodes = 4;
    EXPECT_FALSE(on(list, request).patch.most_nodes);
}

TEST(PolicyEvaluate, MemoryForEachCpuIsMemory) {
    JobRequest request = submission();
    request.memory_per_cpu = 2048;
    request.cpus = 4;
    EXPECT_FALSE(on("- {name: a, default: {memory: 4G}}\n", request).patch.memory);
    EXPECT_EQ(refusals(on("- {name: a, require: [memory]}\n", request)), "");
    EXPECT_FALSE(on("- {name: a, cap: {memory: 8G}}\n", request).patch.memory);
    EXPECT_EQ(on("- {name: a, cap: {memory: 7G}}\n", request).patch.memory, 7168u);
}

TEST(PolicyEvaluate, AnUpdateOfSomebodyUnknownIsRefusedByRulesThatAskWho) {
    JobRequest request = update();
    request.caller_known = false;
    request.comment = "x";
    const char* list = "- {name: a, when: {modify: true, group: students}, reject: no}\n"
                       "- {name: b, when: {group: students}, warn: hello}\n"
                       "- {name: c, when: {partition: x}, reject: no}\n";
    EXPECT_EQ(
        refusals(on(list, request)),
        "FL-A204 slurmctld is looking up who you are; submit again in a few seconds (rule a)\n");
}

} // namespace policy_evaluate_test
} // namespace fairlead::policy
