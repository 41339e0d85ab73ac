#include "submit/cases.hpp"

#include "expect_error.hpp"
#include "policy/rule_reader.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_cases_test {

constexpr std::string_view site_rules = R"(schema: fairlead.policy/1
policy:
  - {name: gpus, when: {partition: gpu, gpus: unset}, reject: "no GPUs"}
  - {name: short, when: {partition: cpu}, cap: {time_limit: 1h}, warn: "cut for {user}"}
  - {name: held, when: {array_size: "> 10"}, hold: true}
  - {name: staff, when: {group: staff, environment.SITE: x}, set: {qos: staff}}
)";

policy::Snapshot snapshot() {
    policy::Snapshot site;
    auto rules = policy::parse_rules(site_rules, "p.yaml");
    EXPECT_TRUE(test::succeeds(rules));
    if (rules)
        site.rules = std::move(*rules);
    return site;
}

Result<CaseFile> parse(std::string_view cases) {
    return parse_cases(fmt::format("schema: fairlead.policy-test/1\ncases:\n{}", cases),
                       "/s/t.yaml");
}

/// The differences of one case, "" where it passes.
std::string judge(std::string_view keys) {
    const auto file = parse(fmt::format("  - {{name: one, {}}}\n", keys));
    if (!file)
        return to_string(file.error());
    return fmt::format("{}", fmt::join(judge(file->cases.at(0), snapshot(), 0x1605), "; "));
}

TEST(SubmitCases, WhatIsExpectedPasses) {
    EXPECT_EQ(judge("submit: sbatch -p gpu --wrap=x, expect: {refuse: gpus}"), "");
    EXPECT_EQ(judge("submit: sbatch -p gpu --wrap=x, expect: {refuse: FL-A201}"), "");
    EXPECT_EQ(judge("submit: sbatch -p gpu -G 1 --wrap=x, expect: {accept: true}"), "");
    EXPECT_EQ(judge("submit: sbatch -p cpu -t 5:00:00 --wrap=x, user: ada, "
                    "expect: {set: {time_limit: 60}, warn: 'for ada$'}"),
              "");
    EXPECT_EQ(judge("submit: sbatch -a 0-10 --wrap=x, expect: {hold: true}"), "");
    EXPECT_EQ(judge("submit: sbatch --wrap=x, expect: {set: {qos: unset}}"), "");
}

TEST(SubmitCases, WhatDiffersIsToldWithWhatWasExpected) {
    EXPECT_EQ(judge("submit: sbatch -p gpu --wrap=x, expect: {accept: true}"),
              "refused: no GPUs (rule gpus) [FL-A201]; expected it to be accepted");
    EXPECT_EQ(judge("submit: sbatch --wrap=x, expect: {refuse: gpus}"),
              "accepted; expected it to be refused by gpus");
    EXPECT_EQ(judge("submit: sbatch -p gpu --wrap=x, expect: {refuse: short}"),
              "refused: no GPUs (rule gpus) [FL-A201]; expected it to be refused by short");
    EXPECT_EQ(judge("submit: sbatch -p cpu -t 5 --wrap=x, expect: {set: {time_limit: 6}}"),
              "time_limit is '00:05:00'; expected '00:06:00'");
    EXPECT_EQ(judge("submit: sbatch --wrap=x, expect: {set: {qos: low}}"),
              "qos is unset; expected 'low'");
    EXPECT_EQ(judge("submit: sbatch --wrap=x, expect: {warn: cut}"),
              "warnings are ''; expected one like 'cut'");
    EXPECT_EQ(judge("submit: sbatch -a 0-10 --wrap=x, expect: {hold: false}"),
              "the job is held; expected it not to be");
    EXPECT_EQ(judge("submit: sbatch --wrap=x, expect: {hold: false}"), "");
    EXPECT_NE(judge("submit: \"#x\", expect: {accept: true}").find("no command"),
              std::string::npos);
    EXPECT_EQ(judge("submit: sbatch --wrap=x, expect: {hold: true}"),
              "the job is not held; expected it to be");
    EXPECT_TRUE(judge("submit: sbatch --nodse=1 --wrap=x, expect: {accept: true}")
                    .ends_with("did you mean --nodes? [FL-A221]"));
}

TEST(SubmitCases, FieldsInsteadOfACommand) {
    EXPECT_EQ(judge("fields: {partition: gpu, gpus: 2, gpu_type: a100}, expect: {set: {gpus: 2}}"),
              "");
    EXPECT_EQ(judge("fields: {partition: gpu, tres.gres/nic: 2}, expect: {refuse: gpus}"), "");
    EXPECT_EQ(judge("fields: {group: [users, staff], environment.SITE: x}, "
                    "expect: {set: {qos: staff}}"),
              "");
    EXPECT_EQ(judge("fields: {partition: [a, cpu], time_limit: 2-0, nodes: 3}, "
                    "expect: {set: {time_limit: 1h, nodes: 3}}"),
              "");
    EXPECT_EQ(judge("fields: {partition: gpu}, modify: true, expect: {refuse: FL-A203}"), "");
}

TEST(SubmitCases, WhoSubmitsWithWhat) {
    EXPECT_EQ(judge("submit: sbatch x, groups: [staff], environment: [SITE=x], "
                    "expect: {set: {qos: staff}}"),
              "");
    EXPECT_EQ(judge("submit: sbatch x, script: \"#!/bin/sh\\n#SBATCH -p gpu\\n\", "
                    "expect: {refuse: gpus}"),
              "");
    EXPECT_EQ(judge("submit: scontrol update 1 Partition=gpu, expect: {refuse: FL-A203}"), "");
}

TEST(SubmitCases, EveryComponentIsJudged) {
    EXPECT_EQ(judge("submit: 'sbatch -n1 : -p gpu --wrap=x', expect: {refuse: gpus}"), "");
}

TEST(SubmitCases, AMistakeInTheFileIsPlaced) {
    EXPECT_EQ(
        judge("submit: x, expect: {set: {partitoin: a}}"),
        "/s/t.yaml:3:54: unknown field 'partitoin' in set, did you mean 'partition'? [FL-X105]");
    EXPECT_TRUE(judge("submit: x, expect: {set: {nodes: many}}")
                    .ends_with("nodes is 'many'; expected a number [FL-X106]"));
    EXPECT_TRUE(judge("expect: {accept: true}").contains("either `submit` or `fields`"));
    EXPECT_TRUE(judge("submit: x").contains("what to expect"));
    EXPECT_TRUE(judge("submit: x, expect: {warn: '('}").contains("no regular expression"));
    EXPECT_TRUE(judge("submit: x, expect: {accept: true, refuse: a}").contains("accept or refuse"));
    EXPECT_TRUE(test::fails_with(parse_cases("schema: fairlead.policy-test/1\n", "t"), Code::X106));
    EXPECT_TRUE(test::fails_with(parse_cases("schema: x\n", "t"), Code::X106));
}

TEST(SubmitCases, RulesStandBesideTheFile) {
    const auto file = parse_cases("schema: fairlead.policy-test/1\nrules: [../a.yaml]\n"
                                  "cases:\n  - {name: n, submit: x, expect: {}}\n",
                                  "/s/tests/t.yaml");
    ASSERT_TRUE(test::succeeds(file));
    EXPECT_EQ(file->rules.at(0), "/s/tests/../a.yaml");
    EXPECT_EQ(file->cases.at(0).place, "/s/tests/t.yaml:4:5");
}

} // namespace submit_cases_test
} // namespace fairlead::submit
