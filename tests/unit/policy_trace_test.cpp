#include "policy/trace.hpp"

#include "expect_error.hpp"
#include "policy/rule_reader.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_trace_test {

Rules rules(std::string_view list) {
    auto read = parse_rules(fmt::format("schema: fairlead.policy/1\npolicy:\n{}", list), "p.yaml");
    EXPECT_TRUE(test::succeeds(read));
    return read ? *read : Rules{};
}

TEST(PolicyTrace, EachRuleHasWhatItAlone) {
    const Rules list = rules("  - {name: a, default: {time_limit: 1h}}\n"
                             "  - {name: b, when: {partition: gpu}, warn: w}\n"
                             "  - {name: c, when: {partition: cpu}, warn: never}\n"
                             "  - {name: d, cap: {time_limit: 30m}, reject: no}\n"
                             "  - {name: e, mode: observe, set: {qos: low}}\n");
    JobRequest job;
    job.partition = "gpu";
    const auto effects = trace(list, job);
    ASSERT_EQ(effects.size(), 4u);
    EXPECT_EQ(effects[0].rule, 0u);
    ASSERT_EQ(effects[0].changes.size(), 1u);
    EXPECT_EQ(effects[0].changes[0].after, "01:00:00");
    EXPECT_TRUE(effects[0].warnings.empty());
    EXPECT_EQ(effects[1].warnings, std::vector<std::string>{"w"});
    EXPECT_EQ(effects[2].changes.at(0).before, "01:00:00");
    EXPECT_EQ(effects[2].changes.at(0).after, "00:30:00");
    EXPECT_EQ(effects[2].refusals.size(), 1u);
    EXPECT_EQ(effects[3].would_have.at(0).code, Code::A206);
    EXPECT_TRUE(effects[3].changes.empty());
}

TEST(PolicyTrace, NothingBehindAStop) {
    const Rules list = rules("  - {name: a, stop: true}\n  - {name: b, warn: w}\n");
    const auto effects = trace(list, JobRequest{});
    ASSERT_EQ(effects.size(), 1u);
    EXPECT_EQ(effects[0].rule, 0u);
}

TEST(PolicyTrace, ARuleThatCannotBeDecidedOfAnUpdateIsMarked) {
    JobRequest update;
    update.modify = true;
    update.time_limit = 600;
    const auto effects =
        trace(rules("  - {name: a, when: {partition: gpu}, cap: {time_limit: 1h}}\n"), update);
    ASSERT_EQ(effects.size(), 1u);
    EXPECT_FALSE(effects[0].known);
    EXPECT_EQ(effects[0].refusals.at(0).code, Code::A203);
}

} // namespace policy_trace_test
} // namespace fairlead::policy
