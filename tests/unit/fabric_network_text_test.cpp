#include "fabric/network_text.hpp"

#include "network_parts.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_network_text_test {

using test::part;
using test::parts;
using Parts = std::vector<NetworkPart>;
using testing::AssertionResult;

std::string text_of(Parts parts) {
    return fmt::format("{}\n", fmt::join(network_lines(*merge(std::move(parts), {})), "\n"));
}

AssertionResult says(const std::string& text, std::string_view wanted) {
    if (text.find(wanted) != std::string::npos)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << text << "\nexpected: " << wanted;
}

TEST(BytesText, UsesTheLargestUnitThatFits) {
    EXPECT_EQ(bytes_text(0), "0 B");
    EXPECT_EQ(bytes_text(1023), "1023 B");
    EXPECT_EQ(bytes_text(1024), "1.0 KiB");
    EXPECT_EQ(bytes_text(1536), "1.5 KiB");
    EXPECT_EQ(bytes_text(std::uint64_t{3} << 40), "3.0 TiB");
    EXPECT_EQ(bytes_text(UINT64_MAX), "16.0 EiB");
}

TEST(NetworkText, ShowsTheJobItsVerdictAndTheTotals) {
    const std::string text = text_of(parts(
        2,
        {{"tx_bytes", 1 << 20}, {"rx_bytes", 512}, {"retrans_bytes", 1024}, {"retrans_pkts", 3}}));
    EXPECT_TRUE(says(text, "network report of job 4711: 2 nodes, partition hpc, hpc7a.96xlarge, "
                           "15 min 0 s\n"));
    EXPECT_TRUE(says(text, "verdict   efa-used"));
    EXPECT_TRUE(says(text, "sent      2.0 MiB, received 1.0 KiB\n"));
    EXPECT_TRUE(says(text, "resent    2.0 KiB (0.098 %), 6 packets\n"));
}

TEST(NetworkText, OfAJobThatFellBackSaysWhatToTry) {
    const std::string text = text_of(parts(2, {}));
    EXPECT_TRUE(says(text, "verdict   efa-unused"));
    EXPECT_TRUE(says(text, "FI_PROVIDER=efa"));
    EXPECT_TRUE(says(text, "I_MPI_OFI_PROVIDER=efa"));
}

TEST(NetworkText, SaysWhyItKnowsNothing) {
    auto two = parts(2, {{"tx_bytes", 1}});
    two[0].devices[0].reset = true;
    two[0].devices[0].delta.clear();
    two[1].shared = true;
    const std::string text = text_of(two);
    EXPECT_TRUE(says(text, "verdict   unknown"));
    EXPECT_TRUE(says(text, "counters began anew during the job on: n1"));
    EXPECT_TRUE(says(text, "other jobs ran at the same time on: n2"));
    EXPECT_TRUE(says(text, "-          -          -        0  1 rdmap16s0 began anew\n"));
    EXPECT_TRUE(says(text, "1 B        0 B          -        0  1 shared\n"));
}

TEST(NetworkText, NamesIdleNodes) {
    auto three = parts(3, {{"tx_bytes", 1}});
    three[2] = part(3, 3, {});
    EXPECT_TRUE(says(text_of(three), "idle      1 node moved nothing over EFA: n3\n"));
}

TEST(NetworkText, DoesNotShowAMissingCounterAsZero) {
    EXPECT_TRUE(says(text_of(parts(2, {{"tx_bytes", 1}})), "resent    not counted by this driver"));
}

TEST(NetworkText, ShowsErrorsWithCauseAndRemedy) {
    const std::string text = text_of(parts(2, {{"tx_bytes", 1}, {"create_qp_err", 4}}));
    EXPECT_TRUE(says(text, "create_qp_err 8 on n1, n2\n"));
    EXPECT_TRUE(says(text, "a rank of MPI needs 2\n"));
    EXPECT_TRUE(says(text, "FL-E104"));
}

// One screen: 40 lines of 120 columns.
TEST(NetworkText, Of64NodesWithEveryErrorFitsAScreenAndShowsTheWorst) {
    Counters all{{"tx_bytes", 1u << 30}};
    for (const std::string_view name : known_counters())
        all.emplace(name, 1);
    auto many = parts(64, all);
    many[36].devices[0].delta["retrans_bytes"] = 1u << 20;
    many[40].shared = many[50].shared = true;
    many.erase(many.begin() + 20, many.begin() + 30);
    const auto lines = network_lines(*merge(many, {}));
    EXPECT_LE(lines.size(), 40u);
    for (const std::string& line : lines)
        EXPECT_LE(line.size(), 120u) << line;
    const std::string text = fmt::format("{}", fmt::join(lines, "\n"));
    EXPECT_TRUE(says(text, "worst 8 nodes"));
    EXPECT_TRUE(says(text, "\nn37 "));
    EXPECT_TRUE(says(text, "no part was written by: n21, n22, n23, n24, n25 and 5 more"));
}

TEST(NetworkText, MentionsEarlierRuns) {
    auto all = parts(1, {});
    all.push_back(part(1, 1, {}));
    all.back().restart = 1;
    all.back().end = 3000;
    const std::string text = text_of(all);
    EXPECT_TRUE(says(text, ", after 1 requeue\n"));
    EXPECT_TRUE(says(text, "1 earlier run, before requeues: --restart 0\n"));
}

TEST(NetworkText, ShowsNoControlCharactersOfAPart) {
    auto two = parts(2, {{"tx_bytes", 1}});
    two[0].partition = two[0].instance_type = "a\x1b[31m";
    two[0].devices[0].name = "b\x1b[2J";
    two[0].devices[0].seen = Seen::OnlyAfter;
    EXPECT_EQ(text_of(two).find('\x1b'), std::string::npos);
}

Parts placed(std::vector<std::optional<Path>> paths) {
    auto all = parts(static_cast<int>(paths.size()), {{"tx_bytes", 1}});
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].place.path = paths[i];
        all[i].place.group = "efa-pg";
        all[i].place.strategy = "cluster";
    }
    return all;
}

TEST(NetworkText, ShowsTheGroupTheZoneAndThePathOfEachLeaf) {
    const Path left{"nn-1", "nn-2", "nn-3"}, right{"nn-1", "nn-2", "nn-4"};
    const std::string text = text_of(placed({left, right, left}));
    EXPECT_TRUE(says(text, "placed    placement group efa-pg (cluster); zone us-east-2b\n"
                           "network   2 leaves below one network node of layer 2\n"
                           "          nn-1 / nn-2 / nn-3: n1, n3\n"
                           "          nn-1 / nn-2 / nn-4: n2\n"));
    EXPECT_TRUE(says(text_of(placed({left, left})), "network   one leaf (layer 1)\n"));
    EXPECT_TRUE(says(text_of(placed({left, Path{"x", "y", "z"}})),
                     "network   2 leaves, and nothing above them all\n"));
    EXPECT_TRUE(says(text_of(placed({left, std::nullopt})), "network   not known of: n2\n"));
}

TEST(NetworkText, SaysNothingOfTheNetworkWhereEc2SaidNothing) {
    EXPECT_FALSE(says(text_of(placed({std::nullopt, Path{}})), "network   "));
    auto two = parts(2, {});
    two[0].place = two[1].place = {};
    EXPECT_FALSE(says(text_of(two), "placed"));
}

TEST(NetworkText, SaysWhereNodesAreInNoGroupOrInSeveral) {
    auto two = parts(2, {{"tx_bytes", 1}});
    two[0].place.group = two[1].place.group = "";
    EXPECT_TRUE(says(text_of(two), "placed    in no placement group; zone us-east-2b\n"));
    two[0].place = {.availability_zone = "us-east-2a", .group = "other\033[2J"};
    EXPECT_TRUE(says(text_of(two), "placed    placement groups none, other?[2J; zones us-east-2a, "
                                   "us-east-2b\n"));
}

TEST(NetworkText, ListsEightLeavesAtMost) {
    std::vector<std::optional<Path>> paths;
    for (int i = 10; i < 20; ++i)
        paths.emplace_back(Path{"nn-1", fmt::format("nn-{}", i)});
    const std::string text = text_of(placed(paths));
    EXPECT_TRUE(says(text, "nn-1 / nn-17: n8\n          and 2 more leaves\n"));
    EXPECT_FALSE(says(text, "nn-18"));
}

} // namespace fabric_network_text_test
} // namespace fairlead::fabric
