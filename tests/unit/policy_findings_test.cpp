#include "policy/findings.hpp"

#include "policy/rule_reader.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_findings_test {

/// "A211 b": the codes and the rules, one after the other.
std::string found(const std::string& list) {
    const auto rules = parse_rules("schema: fairlead.policy/1\npolicy:\n" + list, "p.yaml");
    EXPECT_TRUE(rules) << (rules ? "" : to_string(rules.error()));
    std::vector<std::string> all;
    for (const Error& finding : findings_of(rules ? *rules : Rules{})) {
        const std::size_t name = finding.message.find(": rule ") + 7;
        EXPECT_TRUE(finding.message.starts_with("p.yaml:")) << finding.message;
        all.push_back(
            fmt::format("{} {}", id_of(finding.code).substr(3),
                        finding.message.substr(name, finding.message.find(' ', name) - name)));
    }
    return fmt::format("{}", fmt::join(all, ", "));
}

std::string found_in(const std::string& when) {
    return found("- {name: a, when: " + when + ", hold: true}\n");
}

TEST(PolicyFindings, NothingIsFoundInRulesThatAreFine) {
    EXPECT_EQ(found("- {name: a, when: {partition: gpu, gpus: unset}, reject: \"{user}\"}\n"
                    "- {name: b, when: {partition: gpu}, cap: {time_limit: 1h}}\n"
                    "- {name: c, require: [account]}\n"
                    "- {name: d, hold: true, stop: true}\n"),
              "");
}

TEST(PolicyFindings, RulesBehindAnUnconditionalStopOrRejectAreNotReached) {
    EXPECT_EQ(found("- {name: a, stop: true}\n- {name: b, hold: true}\n- {name: c, warn: x}\n"),
              "A211 b, A211 c");
    EXPECT_EQ(found("- {name: a, reject: no}\n- {name: b, when: {nodes: 1}, hold: true}\n"),
              "A211 b");
    EXPECT_EQ(found("- {name: a, warn: no}\n- {name: b, hold: true}\n"), "");
}

TEST(PolicyFindings, TheSameConditionBehindAStopIsNotReached) {
    const std::string later = "- {name: b, when: {nodes: 1, partition: x}, hold: true}\n";
    EXPECT_EQ(found("- {name: a, when: {partition: x, nodes: 1}, stop: true}\n" + later), "A211 b");
    EXPECT_EQ(found("- {name: a, when: {partition: x, nodes: 1}, reject: no}\n" + later), "A211 b");
    EXPECT_EQ(found("- {name: a, when: {partition: x}, stop: true}\n" + later), "A211 b");
    EXPECT_EQ(found("- {name: a, when: {partition: x, tasks: 1}, stop: true}\n" + later), "");
    EXPECT_EQ(found("- {name: a, when: {partition: x, nodes: 1}, warn: no}\n" + later), "");
}

TEST(PolicyFindings, ANarrowerConditionBehindAWiderOneIsNotReached) {
    const auto behind = [](const std::string& wide, const std::string& narrow) {
        return found("- {name: a, when: " + wide + ", reject: no}\n- {name: b, when: " + narrow +
                     ", hold: true}\n");
    };
    EXPECT_EQ(behind("{nodes: \"> 4\"}", "{nodes: \"> 8\"}"), "A211 b");
    EXPECT_EQ(behind("{nodes: set}", "{nodes: 1..2}"), "A211 b");
    EXPECT_EQ(behind("{partition: [a, g*]}", "{partition: [a, gpu]}"), "A211 b");
    EXPECT_EQ(behind("{partition: a}", "{partition: {only: a}}"), "A211 b");
    EXPECT_EQ(behind("{partition: {only: a}}", "{partition: a}"), "");
    EXPECT_EQ(behind("{nodes: \"> 8\"}", "{nodes: \"> 4\"}"), "");
    EXPECT_EQ(behind("{partition: a}", "{partition: [a, b]}"), "");
    EXPECT_EQ(behind("{qos: set}", "{qos: unset}"), "");
}

TEST(PolicyFindings, ARuleThatObservesHidesNone) {
    EXPECT_EQ(found("- {name: a, mode: observe, reject: no}\n- {name: b, hold: true}\n"), "");
    EXPECT_EQ(found("- {name: a, mode: observe, stop: true}\n- {name: b, hold: true}\n"), "");
}

TEST(PolicyFindings, ARuleBetweenMayMakeTheSameConditionHold) {
    const std::string first = "- {name: a, when: {nodes: 1}, stop: true}\n",
                      last = "- {name: c, when: {nodes: 1}, hold: true}\n";
    EXPECT_EQ(found(first + "- {name: b, default: {least_nodes: 1}}\n" + last), "");
    EXPECT_EQ(found(first + "- {name: b, default: {qos: x}}\n" + last), "A211 c");
}

TEST(PolicyFindings, PartsThatExcludeEachOtherNeverHold) {
    EXPECT_EQ(found_in("{all: [{nodes: \"> 4\"}, {nodes: \"< 3\"}]}"), "A212 a");
    EXPECT_EQ(found_in("{nodes: \"> 4\", all: [{tasks: 1}, {nodes: [1, 2..3]}]}"), "A212 a");
    EXPECT_EQ(found_in("{account: a, all: [{account: [b, c*]}]}"), "A212 a");
    EXPECT_EQ(found_in("{gpus: unset, all: [{gpus: \">= 1\"}]}"), "A212 a");
    EXPECT_EQ(found_in("{exclusive: true, all: [{exclusive: false}]}"), "A212 a");
    EXPECT_EQ(found_in("{account: a, not: {account: a}}"), "A212 a");
    EXPECT_EQ(found_in("{any: [{nodes: 1}, {all: [{nodes: 2}, {nodes: 3}]}]}"), "A212 a");
}

TEST(PolicyFindings, PartsThatMayHoldTogetherAreFine) {
    EXPECT_EQ(found_in("{all: [{nodes: \"> 2\"}, {nodes: \"< 4\"}]}"), "");
    EXPECT_EQ(found_in("{any: [{nodes: 1}, {nodes: 2}]}"), "");
    EXPECT_EQ(found_in("{all: [{partition: a}, {partition: b}]}"), ""); // of a list: both may hold
    EXPECT_EQ(found_in("{account: a*, all: [{account: \"*b\"}]}"), "");
    EXPECT_EQ(found_in("{account: ab, all: [{account: a*}]}"), "");
    EXPECT_EQ(found_in("{exclusive: unset, all: [{exclusive: false}]}"), "");
    EXPECT_EQ(found_in("{account: set, all: [{account: a}]}"), "");
}

TEST(PolicyFindings, CostlyPatternsAreFoundWhereverTheyAre) {
    EXPECT_EQ(found_in("{script: {regex: '(?m)^#SBATCH +--mem=0$'}}"), "");
    EXPECT_EQ(found_in("{script: {regex: '(ab){1,150}'}}"), "A213 a");
    EXPECT_EQ(found_in("{any: [{nodes: 1}, {not: {script: {regex: '[a-z]{900}x'}}}]}"), "A213 a");
    EXPECT_EQ(found_in("{script: \"*" + std::string(9000, 'a') + "*b\"}"), "A213 a");
}

TEST(PolicyFindings, UnknownPlaceholdersAreFoundWithTheNearest) {
    const auto rules = parse_rules("schema: fairlead.policy/1\npolicy:\n"
                                   "- {name: a, reject: \"{partiton} {user} {rule}\"}\n",
                                   "p.yaml");
    const auto findings = findings_of(*rules);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(to_string(findings[0]), "p.yaml:3:3: rule a has an unknown placeholder {partiton}, "
                                      "did you mean 'partition'? [FL-A214]");
    EXPECT_EQ(found("- {name: a, require: {account: \"{acct}\"}}\n"), "A214 a");
    EXPECT_EQ(found("- {name: a, set: {mail_user: \"{usr}@x\"}}\n"), "A214 a");
}

} // namespace policy_findings_test
} // namespace fairlead::policy
