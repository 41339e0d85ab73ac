/// Ways past a rule that begin with a small submission and end with an update.

#include "policy/evaluate.hpp"
#include "policy/rule_reader.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_bearing_test {

Outcome on(const std::string& list, const JobRequest& request) {
    const auto rules = parse_rules("schema: fairlead.policy/1\npolicy:\n" + list, "p.yaml");
    EXPECT_TRUE(rules) << (rules ? "" : to_string(rules.error()));
    return evaluate(rules ? *rules : Rules{}, request);
}

/// "A203 long, A201 b": the codes and the rules that refuse.
std::string refusals(const Outcome& outcome) {
    std::string text;
    for (const Error& refusal : outcome.refusals) {
        const std::size_t name = refusal.message.rfind("(rule ") + 6;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", id_of(refusal.code).substr(3),
                            refusal.message.substr(name, refusal.message.size() - name - 1));
    }
    return text;
}

JobRequest update() {
    JobRequest request;
    request.modify = true;
    return request;
}

TEST(PolicyBearing, AnUpdateThatMayLeaveAStopBearsOnAllRulesBehindIt) {
    const char* list = "- {name: free, when: {partition: debug}, stop: true}\n"
                       "- {name: long, when: {time_limit: \"> 2h\"}, reject: no}\n";
    JobRequest request = update();
    request.partition = "cpu";
    EXPECT_EQ(refusals(on(list, request)), "A203 long");
    request.time_limit = 60;
    EXPECT_EQ(refusals(on(list, request)), "");
    request.time_limit = 600;
    EXPECT_EQ(refusals(on(list, request)), "A201 long");
    request.partition = "debug";
    EXPECT_EQ(refusals(on(list, request)), "");
}

TEST(PolicyBearing, AStopThatTheUpdateCannotTurnLeavesTheRestAsItWas) {
    const char* list =
        "- {name: ops, when: {group: operators, partition: {not: teaching}}, stop: true}\n"
        "- {name: seen, mode: observe, when: {partition: debug}, stop: true}\n"
        "- {name: long, when: {time_limit: \"> 2h\"}, reject: no}\n";
    JobRequest request = update();
    request.groups = {"users"};
    request.partition = "cpu";
    EXPECT_EQ(refusals(on(list, request)), "");
    request.groups = {"operators"};
    EXPECT_EQ(refusals(on(list, request)), "") << "it stops";
    request.partition = "teaching";
    EXPECT_EQ(refusals(on(list, request)), "A203 long");
}

TEST(PolicyBearing, WhatARuleSetsTouchesTheRulesThatReadIt) {
    const char* reject = "- {name: q, when: {partition: gpu}, set: {qos: gpu}}\n"
                         "- {name: long, when: {qos: gpu, time_limit: \"> 1h\"}, reject: no}\n";
    JobRequest request = update();
    request.partition = "gpu";
    EXPECT_EQ(refusals(on(reject, request)), "A203 long");
    const char* cap = "- {name: q, when: {partition: gpu}, set: {qos: gpu}}\n"
                      "- {name: short, when: {qos: gpu}, cap: {time_limit: 1h}}\n";
    EXPECT_EQ(refusals(on(cap, request)), "A203 short");
    request.time_limit = 600;
    EXPECT_EQ(refusals(on(reject, request)), "A201 long");
    EXPECT_EQ(on(cap, request).patch.time_limit, 60u);
    request.time_limit = 30;
    EXPECT_EQ(refusals(on(reject, request)), "");
}

TEST(PolicyBearing, WhatADefaultMayHaveFilledInIsNotKnown) {
    const char* list = "- {name: d, when: {partition: gpu}, default: {qos: gpu}}\n"
                       "- {name: long, when: {qos: gpu, time_limit: \"> 1h\"}, reject: no}\n";
    JobRequest request = update();
    request.partition = "gpu";
    EXPECT_EQ(refusals(on(list, request)), "A203 long");
    request.qos = "normal";
    EXPECT_EQ(refusals(on(list, request)), "");
    request.qos = "";
    EXPECT_EQ(refusals(on(list, request)), "A203 long") << "the default is gpu";
    request = update();
    request.qos = "";
    const char* other = "- {name: d, when: {account: bio}, default: {qos: gpu}}\n"
                        "- {name: no, when: {qos: gpu}, reject: no}\n";
    EXPECT_EQ(refusals(on(other, request)), "A203 no") << "it may be one of bio's";
    const char* capped = "- {name: d, when: {account: bio}, default: {time_limit: 9h}}\n"
                         "- {name: cap, cap: {time_limit: 1h}}\n";
    request = update();
    request.account = "bio";
    EXPECT_EQ(refusals(on(capped, request)), "A203 cap");
}

TEST(PolicyBearing, AValueIsMadeAnewOfTheFieldsThatItNames) {
    const char* list = "- {name: a, set: {wckey: \"{partition}-{account}\"}}\n";
    JobRequest request = update();
    request.comment = "x";
    EXPECT_FALSE(on(list, request).patch.wckey);
    request.partition = "gpu";
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
    request.account = "bio";
    EXPECT_EQ(on(list, request).patch.wckey, "gpu-bio");
    request = update();
    request.wckey = "mine";
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
}

TEST(PolicyBearing, MemoryIsNotKnownOfAPart) {
    const char* cap = "- {name: a, cap: {memory: 8G}}\n";
    const char* reject = "- {name: a, when: {memory: \"> 8G\"}, reject: no}\n";
    JobRequest request = update();
    request.comment = "x";
    EXPECT_EQ(refusals(on(cap, request)) + refusals(on(reject, request)), "");
    request.tasks = 64;
    EXPECT_EQ(refusals(on(cap, request)) + refusals(on(reject, request)), "A203 aA203 a");
    request = update();
    request.memory_per_cpu = 8192;
    EXPECT_EQ(refusals(on(cap, request)) + refusals(on(reject, request)), "A203 aA203 a");
    request = update();
    request.memory = 4096;
    EXPECT_EQ(refusals(on(cap, request)), "A203 a") << "MemPerTres stays and goes before it";
    request.names_memory_for_a_gpu = true;
    EXPECT_EQ(refusals(on(cap, request)) + refusals(on(reject, request)), "");
    request.memory = 8193;
    EXPECT_EQ(on(cap, request).patch.memory, 8192u);
    EXPECT_EQ(refusals(on(reject, request)), "A201 a");
}

TEST(PolicyBearing, NodesThatAreNamedAreNodes) {
    const char* list = "- {name: a, when: {nodes: \"> 16\"}, reject: no}\n";
    JobRequest request = update();
    request.node_list = "n[1-100]";
    EXPECT_EQ(refusals(on(list, request)), "A201 a");
    EXPECT_EQ(on("- {name: a, cap: {most_nodes: 16}}\n", request).patch.most_nodes, 16u);
    request.node_list = "n[1-4]";
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "-N may say more";
    request.most_nodes = 4;
    EXPECT_EQ(refusals(on(list, request)), "");
    request = update();
    request.node_list = "n[1-100]";
    EXPECT_EQ(refusals(on("- {name: a, when: {gpus: \"> 4\"}, reject: no}\n"
                          "- {name: b, when: {cpus: \"> 4\"}, reject: no}\n",
                          request)),
              "A203 a, A203 b");
}

TEST(PolicyBearing, OneNumberOfNodesLeavesTheUpperEnd) {
    const char* list = "- {name: a, when: {partition: small, nodes: \"> 4\"}, reject: no}\n";
    JobRequest request = update();
    request.partition = "small";
    request.least_nodes = 1;
    const Outcome outcome = on(list, request);
    EXPECT_EQ(refusals(outcome), "A203 a");
    EXPECT_TRUE(outcome.refusals[0].message.contains("nodes (NumNodes=MIN-MAX)"));
    request.least_nodes = 5;
    EXPECT_EQ(refusals(on(list, request)), "A201 a") << "no less than five";
    request.most_nodes = request.least_nodes = 4;
    EXPECT_EQ(refusals(on(list, request)), "");
}

TEST(PolicyBearing, CpusAreKnownWhereAllThatTheyAreOfIsNamed) {
    const char* list = "- {name: a, when: {cpus: \"> 32\"}, reject: no}\n";
    JobRequest request = update();
    request.cpus = 1;
    request.names_cpus = true;
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
    request.cpus_per_task = 1;
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
    request.tasks = 1;
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "MinCPUsNode stays";
    request.cpus_per_node = 1;
    request.least_nodes = request.most_nodes = 1;
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "CpusPerTres stays";
    request.names_cpus_for_a_gpu = true;
    EXPECT_EQ(refusals(on(list, request)), "");
    request = update();
    request.cpus_per_node = 96;
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
    request.cpus = 96;
    EXPECT_EQ(refusals(on(list, request)), "A201 a") << "no less than that";
    EXPECT_EQ(refusals(on("- {name: a, when: {cpus: \"< 32\"}, reject: no}\n", request)), "");
}

TEST(PolicyBearing, CpusAreOfWhatTheUpdateCannotName) {
    const char* list = "- {name: a, when: {cpus: \"> 32\"}, reject: no}\n";
    JobRequest request = update();
    request.cpus = 16;
    request.names_cpus = request.names_cpus_for_a_gpu = true;
    request.cpus_per_node = request.cpus_per_task = 1;
    request.tasks = 16;
    request.least_nodes = request.most_nodes = 16;
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "--ntasks-per-node stays";
    request.least_nodes = request.most_nodes = 1;
    EXPECT_EQ(refusals(on(list, request)), "");
    request.cpus_per_task = 2;
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "for each of --ntasks-per-node";
    request.cpus_per_task = 1;
    request.tres_named = true;
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "--ntasks-per-gpu stays";
    request.names_tres = true;
    EXPECT_EQ(refusals(on(list, request)), "") << "it has no GPUs any more";
    request.sockets_per_node = 2;
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "its tasks may share CPUs";
    request = update();
    request.sockets_per_node = 2;
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
}

TEST(PolicyBearing, NodesCountTasksAnew) {
    const char* list = "- {name: a, when: {tasks: \"> 8\"}, reject: no}\n";
    JobRequest request = update();
    request.tasks = 8;
    EXPECT_EQ(refusals(on(list, request)), "");
    request.least_nodes = request.most_nodes = 4;
    EXPECT_EQ(refusals(on(list, request)), "A203 a") << "--ntasks-per-node stays";
    EXPECT_EQ(refusals(on("- {name: a, cap: {tasks: 8}}\n", request)), "A203 a");
    request.tasks.reset();
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
    request.least_nodes = request.most_nodes = 9;
    EXPECT_EQ(refusals(on(list, request)), "A201 a") << "each has a task";
    request.least_nodes = request.most_nodes = 1;
    request.tasks = 8;
    EXPECT_EQ(refusals(on(list, request)), "");
    request.tasks_per_gpu = 2;
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
}

TEST(PolicyBearing, TasksThatAreCountedOfNodesCannotBeSet) {
    const char* cap = "- {name: a, cap: {tasks: 8}}\n";
    JobRequest request;
    request.tasks = 16;
    EXPECT_EQ(on(cap, request).patch.tasks, 8u);
    request.tasks_counted = true;
    const Outcome outcome = on(cap, request);
    EXPECT_EQ(refusals(outcome), "A203 a");
    EXPECT_TRUE(outcome.refusals[0].message.contains("cannot be given 8 tasks"));
    EXPECT_TRUE(outcome.refusals[0].message.contains("give -n as well"));
    request.tasks_per_gpu = 2;
    EXPECT_TRUE(on(cap, request).refusals[0].message.contains("give -n without it"));
    request.tasks_per_gpu.reset();
    request.tasks = 8;
    EXPECT_EQ(refusals(on(cap, request)), "");
}

TEST(PolicyBearing, GpusAreKnownWhereEveryListIsNamed) {
    const char* list = "- {name: a, when: {gpus: \"> 4\"}, reject: no}\n";
    JobRequest request = update();
    request.tres = {{"gres/gpu", "", 2}};
    request.tres_named = true;
    EXPECT_EQ(refusals(on(list, request)), "A203 a");
    request.names_tres = true;
    EXPECT_EQ(refusals(on(list, request)), "");
    request.tres.clear();
    EXPECT_EQ(refusals(on("- {name: a, when: {gpus: unset}, reject: no}\n", request)), "A201 a");
}

TEST(PolicyBearing, TheComponentThatIsUpdatedIsNotKnown) {
    JobRequest request = update();
    request.tasks = 3;
    EXPECT_EQ(refusals(on("- {name: a, when: {tasks: \"> 2\", het_component: 1}, reject: no}\n",
                          request)),
              "A203 a");
    EXPECT_EQ(
        refusals(on("- {name: a, when: {het_component: 0}, cap: {time_limit: 1h}}\n", request)), "")
        << "no update turns it";
}

TEST(PolicyBearing, NobodyIsToldToNameWhatNoUpdateCanName) {
    JobRequest request = update();
    request.time_limit = 600;
    const auto said = [&](const std::string& when) {
        const Outcome outcome = on("- {name: a, when: " + when + ", reject: no}\n", request);
        return outcome.refusals.empty() ? "" : outcome.refusals[0].message;
    };
    EXPECT_EQ(said("{time_limit: \"> 4h\", interactive: true}"),
              "this update cannot be checked, because no update tells interactive; submit the job "
              "anew, or ask an operator (rule a)");
    EXPECT_EQ(said("{time_limit: \"> 4h\", array_size: 1, environment.X: 1, partition: cpu}"),
              "this update cannot be checked, because it does not name partition, and no update "
              "tells array_size, environment.X; name partition too, which may decide it, submit "
              "the job anew, or ask an operator (rule a)");
    EXPECT_EQ(said("{time_limit: \"> 4h\", partition: cpu}"),
              "this update cannot be checked, because it does not name partition; name it too, "
              "submit the job anew, or ask an operator (rule a)");
}

TEST(PolicyBearing, AHoldBehindWhatARuleChangedIsKept) {
    const char* list = "- {name: q, when: {partition: big}, set: {qos: big}}\n"
                       "- {name: h, when: {qos: big}, hold: true}\n";
    JobRequest request = update();
    request.partition = "big";
    EXPECT_EQ(refusals(on(list, request)), "A201 h");
}

TEST(PolicyBearing, ATextThatIsTooLongToLookThroughIsRefusedWhereTheRuleBinds) {
    const std::string script(3'900'000, 'a');
    JobRequest request;
    request.script = Text::borrowed(script);
    const Outcome outcome =
        on("- {name: a, when: {script: {regex: '[a-z]{900}x'}}, reject: no}\n"
           "- {name: b, when: {script: {regex: '[a-z]{900}x'}}, warn: no}\n"
           "- {name: c, when: {script: {regex: '[a-z]{900}x'}, partition: x}, reject: no}\n",
           request);
    EXPECT_EQ(refusals(outcome), "A203 a");
    EXPECT_TRUE(outcome.refusals[0].message.contains("script is too long to be looked through"))
        << outcome.refusals[0].message;
}

} // namespace policy_bearing_test
} // namespace fairlead::policy
