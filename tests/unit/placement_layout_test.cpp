#include "placement/layout.hpp"

#include "networks.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace fairlead::placement {
namespace placement_layout_test {

using Names = std::vector<std::string>;

void list(const Branch& branch, const std::string& above, Names& lines) {
    const std::string here = above + "/" + branch.name;
    for (const std::string& node : branch.nodes)
        lines.push_back(node + " " + here);
    for (const Branch& child : branch.branches)
        list(child, here, lines);
}

/// "n1 /zone-use2-az1/nn-a1" for each node, in the order of names.
Names places(const Layout& layout) {
    Names lines;
    for (const Branch& root : layout.roots)
        list(root, "", lines);
    std::ranges::sort(lines);
    return lines;
}

Names roots(const Layout& layout) {
    Names names;
    for (const Branch& root : layout.roots)
        names.push_back(root.name);
    return names;
}

/// Partition "hpc" holds its jobs to a zone.
config::Config strict() {
    config::Config config;
    config::PartitionRules rules;
    rules.fabric.same_az = true;
    rules.mode = config::Mode::Enforce;
    config.partitions.emplace("all", rules);
    return config;
}

/// Without n8, which may come up in either zone.
Cluster seven_nodes() {
    Cluster cluster = test::eight_nodes();
    cluster.nodes.erase("n8");
    cluster.partitions[0].nodes.pop_back();
    return cluster;
}

TEST(Layout, PutsEachNodeUnderItsNetworkNodesAndOthersUnderALeafOfTheirZone) {
    EXPECT_EQ(
        places(lay_out(seven_nodes(), test::two_zones(), {}, strict())),
        (Names{"n1 /zone-use2-az1/nn-a1/nn-a2x1/nn-a3x1", "n2 /zone-use2-az1/nn-a1/nn-a2x1/nn-a3x1",
               "n3 /zone-use2-az1/nn-a1/nn-a2x1/nn-a3x2", "n4 /zone-use2-az1/nn-a1/nn-a2x2/nn-a3x3",
               "n5 /zone-use2-az2/nn-b1/nn-b2x1/nn-b3x1", "n6 /zone-use2-az2/nn-b1/nn-b2x1/nn-b3x1",
               "n7 /zone-use2-az2/unknown-use2-az2"}));
}

TEST(Layout, APoweredDownNodeIsUnderTheLeafOfTheZoneWhereItWasLast) {
    Cluster cluster = seven_nodes();
    cluster.nodes["n4"] = false;
    EXPECT_EQ(places(lay_out(cluster, test::two_zones(), {}, strict()))[3],
              "n4 /zone-use2-az1/unknown-use2-az1");
}

TEST(Layout, ANodeThatIsAnotherInstanceByNowIsUnknown) {
    const auto layout =
        lay_out(seven_nodes(), test::two_zones(),
                {{"n1", "i-0fedcba9876543210"}, {"n2", "i-0123456789abcdef0"}}, strict());
    EXPECT_EQ(places(layout)[0], "n1 /zone-use2-az1/unknown-use2-az1");
    EXPECT_EQ(places(layout)[1], "n2 /zone-use2-az1/nn-a1/nn-a2x1/nn-a3x1");
}

TEST(Layout, ANodeNeverSeenIsInTheZoneOfItsPartition) {
    Cluster cluster = seven_nodes();
    cluster.nodes.emplace("n9", false);
    cluster.partitions[1].nodes.push_back("n9");
    EXPECT_EQ(places(lay_out(cluster, test::two_zones(), {}, strict())).back(),
              "n9 /zone-use2-az1/unknown-use2-az1");
}

TEST(Layout, ZonesAreSeparateWhereEveryPartitionKeepsToOne) {
    EXPECT_EQ(roots(lay_out(seven_nodes(), test::two_zones(), {}, strict())),
              (Names{"zone-use2-az1", "zone-use2-az2"}));
    Cluster apart = seven_nodes();
    apart.partitions = {{"a", {"n1", "n2", "n3", "n4"}}, {"b", {"n5", "n6", "n7"}}};
    EXPECT_EQ(roots(lay_out(apart, test::two_zones(), {}, {})).size(), 2u);
}

TEST(Layout, ZonesAreJoinedWhereAJobMaySpanThem) {
    const auto joined = [](const config::Config& config, const Cluster& cluster) {
        return roots(lay_out(cluster, test::two_zones(), {}, config)) == Names{"all-zones"};
    };
    EXPECT_TRUE(joined({}, seven_nodes()));
    EXPECT_FALSE(joined(strict(), seven_nodes()));
    config::Config observed = strict();
    observed.partitions.at("all").mode = config::Mode::Observe;
    EXPECT_TRUE(joined(observed, seven_nodes()));
    config::Config relaxed = strict();
    relaxed.partitions.at("all").relax = {config::Relaxable::SameAz};
    EXPECT_TRUE(joined(relaxed, seven_nodes()));
    // n8 may come up in either zone, and a job of either may get it.
    EXPECT_TRUE(joined(strict(), test::eight_nodes()));
}

TEST(Layout, ClustersOfWhichNothingIsKnownHaveOneLeaf) {
    EXPECT_EQ(places(lay_out(test::eight_nodes(), {}, {}, {})).front(), "n1 /unknown");
    EXPECT_EQ(roots(lay_out(test::eight_nodes(), {}, {}, {})), Names{"unknown"});
}

TEST(Layout, AZoneWithoutAnIdHasItsName) {
    Snapshot snapshot = test::two_zones();
    for (auto& [node, place] : snapshot.nodes)
        place.zone_id.clear();
    EXPECT_EQ(roots(lay_out(seven_nodes(), snapshot, {}, strict())),
              (Names{"zone-us-east-2a", "zone-us-east-2b"}));
}

TEST(Layout, NodesOfANetworkNodeThatHasOthersBelowGetALeafOfTheirOwn) {
    Snapshot snapshot;
    snapshot.nodes["n1"] = test::place({"nn-1", "nn-2"});
    snapshot.nodes["n2"] = test::place({"nn-1", "nn-2", "nn-3"});
    const Cluster cluster{{{"n1", true}, {"n2", true}}, {}};
    EXPECT_EQ(
        places(lay_out(cluster, snapshot, {}, {})),
        (Names{"n1 /zone-use2-az1/nn-1/nn-2/nn-2_direct", "n2 /zone-use2-az1/nn-1/nn-2/nn-3"}));
}

TEST(Layout, ANodeWhosePathContradictsAnothersIsUnknown) {
    Snapshot snapshot;
    snapshot.nodes["n1"] = test::place({"nn-1", "nn-2"});
    snapshot.nodes["n2"] = test::place({"nn-2", "nn-1"});
    snapshot.nodes["n3"] = test::place({"nn-1", "nn-1"});
    snapshot.nodes["n4"] = test::in_other_zone(test::place({"nn-1", "nn-4"}));
    Cluster cluster;
    for (const char* node : {"n1", "n2", "n3", "n4"})
        cluster.nodes.emplace(node, true);
    const Layout layout = lay_out(cluster, snapshot, {}, {});
    EXPECT_EQ(layout.contradicted, (Names{"n2", "n3", "n4"}));
    EXPECT_EQ(places(layout),
              (Names{"n1 /zone-use2-az1/nn-1/nn-2", "n2 /zone-use2-az1/unknown-use2-az1",
                     "n3 /zone-use2-az1/unknown-use2-az1", "n4 /zone-use2-az2/unknown-use2-az2"}));
}

} // namespace placement_layout_test
} // namespace fairlead::placement
