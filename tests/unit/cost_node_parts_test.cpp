#include "cost/pricing.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <random>

namespace fairlead::cost {
namespace cost_node_parts_test {

using test::fails_with;
using test::succeeds;

Pricer pricer() {
    return {PriceBook::parse_csv(
                "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n"
                ",a,big,,,,,3.0000000007,USD\n,b,big,,,,,6.00000000013,USD\n,,small,,,,,0.7,USD\n",
                "b")
                .value(),
            Nodes::parse("nodes,instance_type,purchase,region,az,cpus\n"
                         "a[1-9],big,spot,,a,4\nb[1-9],big,spot,,b,4\nc[1-9],small,spot,,a,3\n",
                         "n")
                .value()};
}

JobRun run_on(std::string_view nodes, std::int64_t seconds, std::string_view tres = "") {
    return {.job = "7",
            .cluster = "",
            .db_index = "1",
            .nodes = nodes,
            .alloc_tres = tres,
            .state = "COMPLETED",
            .account = "bio",
            .user = "",
            .partition = "",
            .admin_comment = "",
            .wckey = "",
            .qos = "",
            .start = read_time("2026-06-30T22:59:59Z").value(),
            .elapsed = std::chrono::seconds(seconds),
            .suspended = std::chrono::seconds(seconds / 3),
            .ended = true};
}

TEST(NodeParts, EachNodePaysItsPrice) {
    Pricer prices = pricer();
    const auto parts = prices.price_by_node(run_on("a1,b1", 3));
    ASSERT_TRUE(succeeds(parts));
    ASSERT_EQ(parts->size(), 2u);
    EXPECT_EQ(parts->at(0).node, "a1");
    EXPECT_EQ(parts->at(1).node, "b1");
    EXPECT_EQ(parts->at(0).amount.nanos, 3'333'333) << "4 s of 3.0000000007 an hour";
    EXPECT_EQ(parts->at(1).amount.nanos, 6'666'667);
}

TEST(NodeParts, SumToWhatTheRunCostsInEachMonth) {
    std::mt19937_64 random(3);
    Pricer prices = pricer();
    for (int round = 0; round < 200; ++round) {
        const std::string nodes = fmt::format("a[1-{}],b[1-{}],c[1-{}]", 1 + random() % 9,
                                              1 + random() % 9, 1 + random() % 9);
        const std::string tres = fmt::format("cpu={}", 1 + random() % 30);
        const JobRun run = run_on(nodes, static_cast<std::int64_t>(1 + random() % 100'000), tres);
        std::map<Time, std::int64_t> expected, found;
        const auto months = prices.price_by_month(run).value();
        const auto parts = prices.price_by_node(run).value();
        for (const MonthCost& month : months)
            expected[month.month] += month.cost.running.nanos + month.cost.suspended.nanos;
        for (const NodePart& part : parts)
            found[part.month] += part.amount.nanos;
        EXPECT_EQ(found, expected) << nodes << " " << tres;
    }
}

TEST(NodeParts, ANodeThatIsNotKnownIsAnError) {
    Pricer prices = pricer();
    EXPECT_TRUE(fails_with(prices.price_by_node(run_on("a1,z1", 3)), Code::C103, "job 7: node z1"));
    EXPECT_TRUE(fails_with(prices.prices_of("z1", Time{}, Time{}), Code::C103, "node z1"));
}

} // namespace cost_node_parts_test
} // namespace fairlead::cost
