#include "fabric/network_report.hpp"

#include "network_parts.hpp"

#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_network_report_test {

using test::part;
using test::parts;
using Names = std::vector<std::string>;
using Parts = std::vector<NetworkPart>;

NetworkReport merged(Parts parts, std::optional<int> restart = std::nullopt) {
    auto report = merge(std::move(parts), restart);
    EXPECT_TRUE(report.has_value());
    return report.value_or(NetworkReport{});
}

NetworkVerdict verdict_of(Parts parts) { return merged(std::move(parts)).verdict; }

TEST(NetworkVerdictOf, NodesThatMovedBytesIsEfaUsed) {
    EXPECT_EQ(verdict_of(parts(2, {{"tx_bytes", 1}})), NetworkVerdict::EfaUsed);
    EXPECT_EQ(verdict_of(parts(2, {{"rdma_read_bytes", 1}})), NetworkVerdict::EfaUsed);
}

TEST(NetworkVerdictOf, SeveralNodesThatMovedNothingIsEfaUnused) {
    EXPECT_EQ(verdict_of(parts(2, {{"keep_alive_rcvd", 90}, {"submitted_cmds", 3}})),
              NetworkVerdict::EfaUnused);
}

TEST(NetworkVerdictOf, SeveralNodesWithoutAnInterfaceIsEfaUnused) {
    Parts two = parts(2, {});
    for (NetworkPart& each : two)
        each.devices.clear();
    EXPECT_EQ(verdict_of(two), NetworkVerdict::EfaUnused);
}

TEST(NetworkVerdictOf, OneNodeIsSingleNode) {
    EXPECT_EQ(verdict_of(parts(1, {})), NetworkVerdict::SingleNode);
    EXPECT_EQ(verdict_of(parts(1, {{"tx_bytes", 5}})), NetworkVerdict::SingleNode);
}

TEST(NetworkVerdictOf, AJobWithAMissingPartIsUnknownAndNamesTheNode) {
    Parts three = parts(3, {{"tx_bytes", 5}});
    three.erase(three.begin() + 1);
    const auto report = merged(three);
    EXPECT_EQ(report.verdict, NetworkVerdict::Unknown);
    EXPECT_EQ(report.missing_nodes, Names{"n2"});
    EXPECT_EQ(report.reasons, Names{"no part was written by: n2"});
}

TEST(NetworkVerdictOf, AJobWhoseNodesCannotBeNamedStillMissesSome) {
    Parts two = parts(2, {});
    two.pop_back();
    two[0].node_list = "n[1-";
    const auto report = merged(two);
    EXPECT_EQ(report.verdict, NetworkVerdict::Unknown);
    EXPECT_EQ(report.reasons, Names{"1 nodes wrote no part"});
}

TEST(NetworkVerdictOf, AJobOfUnknownSizeIsUnknown) {
    Parts two = parts(2, {});
    for (NetworkPart& each : two) {
        each.nodes = 0;
        each.node_list.clear();
    }
    EXPECT_EQ(verdict_of(two), NetworkVerdict::Unknown);
}

TEST(NetworkVerdictOf, CountersThatBeganAnewIsUnknown) {
    Parts two = parts(2, {{"tx_bytes", 5}});
    two[1].devices[0].reset = true;
    two[1].devices[0].delta.clear();
    const auto report = merged(two);
    EXPECT_EQ(report.verdict, NetworkVerdict::Unknown);
    EXPECT_EQ(report.reasons, Names{"counters began anew during the job on: n2"});
    EXPECT_TRUE(report.idle_nodes.empty());
}

TEST(NetworkVerdictOf, AnInterfaceThatCameOrWentIsUnknown) {
    for (const Seen seen : {Seen::OnlyBefore, Seen::OnlyAfter}) {
        Parts two = parts(2, {});
        two[0].devices[0].seen = seen;
        EXPECT_EQ(verdict_of(two), NetworkVerdict::Unknown);
    }
}

TEST(NetworkVerdictOf, ADriverThatCountsNoBytesIsUnknown) {
    Parts two = parts(2, {});
    two[0].devices[0].delta.erase("rx_bytes");
    const auto report = merged(two);
    EXPECT_EQ(report.verdict, NetworkVerdict::Unknown);
    EXPECT_EQ(report.reasons, Names{"the driver does not count bytes on: n1"});
}

TEST(NetworkVerdictOf, SharedNodesThatMovedBytesIsUnknown) {
    Parts two = parts(2, {{"tx_bytes", 5}});
    two[1].shared = true;
    const auto report = merged(two);
    EXPECT_TRUE(report.shared);
    EXPECT_EQ(report.verdict, NetworkVerdict::Unknown);
    EXPECT_EQ(report.reasons, Names{"other jobs ran at the same time on: n2"});
}

// Where nothing was counted, neither of the jobs moved anything.
TEST(NetworkVerdictOf, SharedNodesThatMovedNothingIsEfaUnused) {
    Parts two = parts(2, {});
    two[0].shared = true;
    EXPECT_EQ(verdict_of(two), NetworkVerdict::EfaUnused);
}

TEST(NetworkReportOf, AddsUpTheNodesAndFindsTheIdleOnes) {
    Parts three = parts(3, {{"tx_bytes", 5}, {"retrans_bytes", 2}});
    three[1] = part(2, 3, {});
    three[0].start = 900;
    three[2].end = 2000;
    const auto report = merged(three);
    EXPECT_EQ(report.totals.at("tx_bytes"), 10u);
    EXPECT_EQ(report.totals.at("retrans_bytes"), 4u);
    EXPECT_EQ(report.idle_nodes, Names{"n2"});
    EXPECT_EQ(report.start, 900);
    EXPECT_EQ(report.end, 2000);
    EXPECT_EQ(report.verdict, NetworkVerdict::EfaUsed);
}

TEST(NetworkReportOf, NeverOverflows) {
    const auto report = merged(parts(2, {{"tx_bytes", UINT64_MAX}}));
    EXPECT_EQ(report.totals.at("tx_bytes"), UINT64_MAX);
}

TEST(NetworkReportOf, OrdersNodesByTheirNumbersAndKeepsOnePartEach) {
    Parts all = parts(10, {});
    std::swap(all[1], all[9]);
    all.push_back(part(3, 10, {{"tx_bytes", 7}}));
    all.back().end = 1901;
    const auto report = merged(all);
    ASSERT_EQ(report.parts.size(), 10u);
    EXPECT_EQ(report.parts[1].node, "n2");
    EXPECT_EQ(report.parts[9].node, "n10");
    EXPECT_EQ(sum_of(report.parts[2], "tx_bytes"), 7u);
}

TEST(NetworkErrors, NameTheirCauseAndTheirNodes) {
    Parts three = parts(3, {});
    three[0] = part(1, 3, {{"reg_mr_err", 2}});
    three[2] = part(3, 3, {{"reg_mr_err", 3}, {"create_qp_err", 1}});
    const auto report = merged(three);
    ASSERT_EQ(report.errors.size(), 2u);
    EXPECT_EQ(report.errors[0].counter, "reg_mr_err");
    EXPECT_EQ(report.errors[0].count, 5u);
    EXPECT_EQ(report.errors[0].nodes, (Names{"n1", "n3"}));
    EXPECT_NE(report.errors[0].cause.find("locked memory"), std::string_view::npos);
    EXPECT_NE(report.errors[1].cause.find("queue pair"), std::string_view::npos);
}

TEST(NetworkErrors, OfEveryErrorCounterOfTheDriverHaveACause) {
    for (const std::string_view name : known_counters()) {
        const bool error = name.ends_with("_err") || name.ends_with("_events") ||
                           name == "rx_drops" || name == "no_completion_cmds";
        const auto report = merged(parts(2, {{std::string(name), 1}}));
        EXPECT_EQ(report.errors.size(), error ? 1u : 0u) << name;
    }
}

TEST(NetworkRuns, TheLatestOfARequeuedJobIsReported) {
    Parts all = parts(2, {{"tx_bytes", 1}});
    for (NetworkPart each : parts(2, {{"tx_bytes", 2}})) {
        each.restart = 1;
        each.start = 1900;
        each.end = 2500;
        all.push_back(each);
    }
    const auto latest = merged(all);
    EXPECT_EQ(latest.parts.size(), 2u);
    EXPECT_EQ(latest.totals.at("tx_bytes"), 4u);
    EXPECT_EQ(latest.earlier_runs, 1);
    const auto first = merged(all, 0);
    EXPECT_EQ(first.totals.at("tx_bytes"), 2u);
    EXPECT_EQ(first.earlier_runs, 0);
    EXPECT_FALSE(merge(all, 2));
}

// Slurm counts jobs anew after its state was lost.
TEST(NetworkRuns, AnotherJobOfTheSameNumberIsLeftOut) {
    Parts all = parts(3, {{"tx_bytes", 1}});
    for (NetworkPart each : parts(2, {{"tx_bytes", 2}})) {
        each.start = 900000;
        each.end = 900100;
        all.push_back(each);
    }
    const auto report = merged(all);
    EXPECT_EQ(report.parts.size(), 2u);
    EXPECT_EQ(report.totals.at("tx_bytes"), 4u);
    EXPECT_EQ(report.verdict, NetworkVerdict::EfaUsed);
}

TEST(NetworkRuns, AnotherUsersJobOfTheSameNumberIsLeftOut) {
    Parts all = parts(2, {{"tx_bytes", 1}});
    all.push_back(part(3, 3, {{"tx_bytes", 9}}));
    all.back().uid = 5002;
    all.back().end = 1800;
    EXPECT_EQ(merged(all).totals.at("tx_bytes"), 2u);
}

TEST(NetworkRuns, WithoutAPartThereIsNoReport) { EXPECT_FALSE(merge({}, std::nullopt)); }

Parts placed(std::vector<std::optional<Path>> paths) {
    Parts all = parts(static_cast<int>(paths.size()), {{"tx_bytes", 1}});
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i].place.path = paths[i];
    return all;
}

TEST(NetworkSpread, CountsNetworkNodesAndTheLayerAboveAll) {
    const Path left{"a", "b", "c"}, right{"a", "b", "d"}, far{"a", "e", "f"};
    EXPECT_EQ(merged(placed({left, left})).spread.max_layer, 1);
    EXPECT_EQ(merged(placed({left, right})).spread.max_layer, 2);
    const auto spread = merged(placed({left, right, far})).spread;
    EXPECT_EQ(spread.max_layer, 3);
    EXPECT_EQ(spread.network_nodes, (std::vector{1, 2, 3}));
    EXPECT_TRUE(spread.unknown_nodes.empty());
}

TEST(NetworkSpread, OfNodesWithNothingAboveAllIsZero) {
    EXPECT_EQ(merged(placed({Path{"a", "b"}, Path{"x", "y"}})).spread.max_layer, 0);
}

TEST(NetworkSpread, IsNotKnownWhereANodeIsNot) {
    const Path leaf{"a", "b", "c"};
    for (const std::optional<Path>& none : {std::optional<Path>{}, std::optional(Path{})}) {
        const auto spread = merged(placed({leaf, none})).spread;
        EXPECT_FALSE(spread.max_layer);
        EXPECT_EQ(spread.unknown_nodes, Names{"n2"});
        EXPECT_EQ(spread.network_nodes, (std::vector{1, 1, 1}));
    }
    Parts three = placed({leaf, leaf, leaf});
    three.pop_back();
    EXPECT_FALSE(merged(three).spread.max_layer);
    EXPECT_EQ(merged(three).spread.unknown_nodes, Names{"n3"});
    three.front().nodes = three.back().nodes = 0;
    EXPECT_FALSE(merged(three).spread.max_layer);
}

TEST(NetworkSpread, NamesEachGroupAndZoneOnce) {
    Parts three = parts(3, {{"tx_bytes", 1}});
    three[0].place.group = "pg";
    three[1].place = {.availability_zone = "us-east-2a", .group = ""};
    const auto spread = merged(three).spread;
    EXPECT_EQ(spread.groups, (Names{"", "pg"}));
    EXPECT_EQ(spread.zones, (Names{"us-east-2a", "us-east-2b"}));
}

} // namespace fabric_network_report_test
} // namespace fairlead::fabric
