#include "placement/verdict.hpp"

#include "networks.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace fairlead::placement {
namespace placement_verdict_test {

using config::Placement;
using Names = std::vector<std::string>;

struct Demand {
    std::string by;
    int max_layer = 0;
    bool same_az = false;
    Placement placement = Placement::Any;
    std::string group{};
};

Verdict judge(const Names& nodes, const Snapshot& snapshot, const Demand& demand) {
    return placement::judge(nodes, snapshot,
                            {.placement = demand.placement,
                             .group = demand.group,
                             .max_layer = demand.max_layer,
                             .same_az = demand.same_az},
                            demand.by);
}

Demand layers(int most) { return {.by = "partition 'hpc'", .max_layer = most}; }

Verdict judged(const Names& nodes, const Demand& demand) {
    return judge(nodes, test::two_zones(), demand);
}

void expect_violation(const Verdict& verdict, Code code, std::string_view message) {
    EXPECT_EQ(verdict.standing, Standing::Violating);
    ASSERT_TRUE(verdict.error);
    EXPECT_EQ(id_of(verdict.error->code), id_of(code));
    EXPECT_EQ(verdict.error->message, message);
}

void expect_conforming(const Verdict& verdict) {
    EXPECT_EQ(verdict.standing, Standing::Conforming);
    EXPECT_FALSE(verdict.error) << to_string(*verdict.error);
    EXPECT_TRUE(verdict.exclude.empty());
    EXPECT_TRUE(verdict.unknown.empty());
}

TEST(PlacementVerdict, LayersCountFromTheInstancesUpwards) {
    expect_conforming(judged({"n1", "n2"}, layers(1)));
    expect_conforming(judged({"n1", "n3"}, layers(2)));
    expect_conforming(judged({"n1", "n4"}, layers(3)));
    expect_conforming(judged({"n1", "n5"}, layers(0)));
    expect_violation(
        judged({"n1", "n4"}, layers(1)), Code::E220,
        "nodes span 2 leaf network nodes (nn-a3x1, nn-a3x3); partition 'hpc' allows 1");
    expect_violation(judged({"n1", "n3", "n4"}, layers(2)), Code::E220,
                     "nodes span 2 network nodes of layer 2 (nn-a2x1, nn-a2x2); partition 'hpc' "
                     "allows 1");
    expect_violation(
        judged({"n1", "n5"}, layers(3)), Code::E220,
        "nodes span 2 network nodes of layer 3 (nn-a1, nn-b1); partition 'hpc' allows 1");
}

TEST(PlacementVerdict, KeepsTheLargestPartAndExcludesTheOthers) {
    const Verdict verdict = judged({"n4", "n3", "n2", "n1"}, layers(1));
    EXPECT_EQ(verdict.keep, (Names{"n1", "n2"}));
    EXPECT_EQ(verdict.exclude, (Names{"n3", "n4"}));
    EXPECT_EQ(judged({"n1", "n2", "n3", "n4", "n5", "n6"}, layers(2)).exclude,
              (Names{"n4", "n5", "n6"}));
}

TEST(PlacementVerdict, OfPartsOfOneSizeTheFirstByNameIsKept) {
    EXPECT_EQ(judged({"n5", "n6", "n1", "n2"}, layers(1)).keep, (Names{"n1", "n2"}));
    EXPECT_EQ(judged({"n6", "n4", "n3"}, layers(1)).keep, Names{"n3"});
}

TEST(PlacementVerdict, OneNodeAloneBreaksNothingOfLayersAndZones) {
    expect_conforming(judged({"n1"}, layers(1)));
    expect_conforming(judged({"n8"}, {.by = "the job", .max_layer = 1, .same_az = true}));
    expect_conforming(judged({"n8", "n8"}, layers(1)));
}

TEST(PlacementVerdict, UnknownIsNeverCalledViolating) {
    const Verdict verdict = judged({"n1", "n7", "n8"}, layers(1));
    EXPECT_EQ(verdict.standing, Standing::Unknown);
    EXPECT_EQ(verdict.error->code, Code::E221);
    EXPECT_EQ(verdict.error->message,
              "the place of n[7-8] in the network is not known; EC2 was asked and has no topology "
              "for m5.large");
    EXPECT_EQ(verdict.unknown, (Names{"n7", "n8"}));
    EXPECT_TRUE(verdict.exclude.empty());
}

TEST(PlacementVerdict, AViolationAmongKnownNodesIsOneWhateverTheOthersAre) {
    const Verdict verdict = judged({"n1", "n4", "n8"}, layers(1));
    EXPECT_EQ(verdict.standing, Standing::Violating);
    EXPECT_EQ(verdict.keep, Names{"n1"});
    EXPECT_EQ(verdict.exclude, Names{"n4"});
    EXPECT_EQ(verdict.unknown, Names{"n8"});
}

TEST(PlacementVerdict, ZonesAreKnownOfInstancesWithoutATopologyToo) {
    const Demand demand{.by = "the job", .same_az = true};
    expect_conforming(judged({"n1", "n4"}, demand));
    expect_conforming(judged({"n6", "n7"}, demand));
    expect_violation(
        judged({"n1", "n5"}, demand), Code::E222,
        "nodes lie in 2 Availability Zones (us-east-2a, us-east-2b); the job allows 1");
    EXPECT_EQ(judged({"n1", "n8"}, demand).standing, Standing::Unknown);
}

TEST(PlacementVerdict, WhatIsKnownOfANodeInPartCanExcludeIt) {
    const Verdict verdict =
        judged({"n1", "n2", "n7", "n8"}, {.by = "the job", .max_layer = 1, .same_az = true});
    EXPECT_EQ(verdict.error->code, Code::E222);
    EXPECT_EQ(verdict.keep, (Names{"n1", "n2"}));
    EXPECT_EQ(verdict.exclude, Names{"n7"});
    EXPECT_EQ(verdict.unknown, Names{"n8"});
}

TEST(PlacementVerdict, GroupsOfTheWrongNameOrNone) {
    Demand demand{.by = "partition 'hpc'", .group = "pg-a"};
    expect_conforming(judged({"n1", "n4"}, demand));
    expect_violation(judged({"n1", "n5"}, demand), Code::E210,
                     "not in placement group 'pg-a', which partition 'hpc' demands: n5 (placement "
                     "group of n5 is 'pg-b')");
    Snapshot snapshot = test::two_zones();
    snapshot.nodes["n1"].group = "";
    demand = {.by = "the job", .placement = Placement::Cluster};
    expect_violation(judge(Names{"n1", "n2"}, snapshot, demand), Code::E210,
                     "not in a placement group of strategy cluster, which the job demands: n1 "
                     "(placement group of n1 is none)");
}

TEST(PlacementVerdict, GroupsOfTheWrongKind) {
    expect_violation(judged({"n1"}, {.by = "the job", .placement = Placement::Spread}), Code::E211,
                     "placement group 'pg-a' of n1 has strategy cluster; the job demands spread");
    Snapshot snapshot = test::two_zones();
    snapshot.nodes["n1"].strategy = "";
    const Verdict verdict =
        judge(Names{"n1"}, snapshot, {.by = "the job", .placement = Placement::Spread});
    EXPECT_EQ(verdict.standing, Standing::Unknown);
}

TEST(PlacementVerdict, SeveralGroups) {
    expect_violation(judged({"n1", "n5", "n6"}, {.by = "the job", .placement = Placement::Cluster}),
                     Code::E223, "nodes lie in 2 placement groups (pg-a, pg-b); the job allows 1");
    expect_conforming(judged({"n1", "n5"}, {.by = "the job"}));
}

TEST(PlacementVerdict, ACapacityBlockNeedsNoPlacementGroup) {
    Snapshot snapshot = test::two_zones();
    for (const char* node : {"n1", "n2"}) {
        snapshot.nodes[node].group = snapshot.nodes[node].strategy = "";
        snapshot.nodes[node].capacity_block = "cr-1";
    }
    expect_conforming(
        judge(Names{"n1", "n2"}, snapshot, {.by = "the job", .placement = Placement::Cluster}));
    expect_conforming(judge(Names{"n1", "n2"}, snapshot, {.by = "the job", .group = "pg-a"}));
    for (const char* group : {"", "pg-a"})
        expect_conforming(
            judge(Names{"n1", "n2"}, snapshot,
                  {.by = "the job", .placement = Placement::CapacityBlock, .group = group}));
    EXPECT_EQ(
        judge(Names{"n1"}, snapshot, {.by = "the job", .placement = Placement::Spread}).error->code,
        Code::E210);
}

// EC2 may show it only some time after the launch.
TEST(PlacementVerdict, ACapacityBlockThatIsNotShownIsUnknown) {
    const Verdict verdict =
        judged({"n1", "n2"}, {.by = "the job", .placement = Placement::CapacityBlock});
    EXPECT_EQ(verdict.standing, Standing::Unknown);
}

TEST(PlacementVerdict, NamesOfManyNetworkNodesAreCut) {
    Snapshot snapshot{"", "", {}};
    Names nodes;
    for (int number = 100; number < 130; ++number) {
        nodes.push_back("n" + std::to_string(number));
        snapshot.nodes[nodes.back()] = test::place({"nn-1", "nn-" + std::to_string(number)});
    }
    const Verdict verdict = judge(nodes, snapshot, layers(1));
    EXPECT_NE(verdict.error->message.find("30 leaf network nodes"), std::string::npos);
    EXPECT_NE(verdict.error->message.find("nn-107 and 22 more"), std::string::npos);
}

// EC2 has no topology for most types, whose instances still know their group.
Snapshot three_without_topology() {
    Snapshot snapshot{"", "us-east-2", {}};
    snapshot.nodes["n1"] = snapshot.nodes["n2"] = test::without_topology();
    snapshot.nodes["n3"] = test::without_topology("");
    return snapshot;
}

TEST(PlacementVerdict, AGroupIsKnownWithoutATopology) {
    const Snapshot snapshot = three_without_topology();
    for (const auto& [placement, group] : std::vector<std::pair<Placement, std::string>>{
             {Placement::Cluster, ""}, {Placement::Cluster, "pg-a"}, {Placement::Any, "pg-a"}}) {
        const Demand demand{
            .by = "the job", .same_az = true, .placement = placement, .group = group};
        expect_conforming(judge({"n1"}, snapshot, demand));
        expect_conforming(judge({"n1", "n2"}, snapshot, demand));
    }
    const Verdict verdict = judge({"n1", "n2", "n3"}, snapshot,
                                  {.by = "partition 'hpc'", .placement = Placement::Cluster});
    expect_violation(verdict, Code::E210,
                     "not in a placement group of strategy cluster, which partition 'hpc' demands: "
                     "n3 (placement group of n3 is none)");
    EXPECT_EQ(verdict.keep, (Names{"n1", "n2"}));
    EXPECT_EQ(verdict.exclude, Names{"n3"});
}

TEST(PlacementVerdict, WithoutATopologyGroupsAreStillOneAndOfTheirKind) {
    Snapshot snapshot = three_without_topology();
    snapshot.nodes["n2"].group = "pg-b";
    expect_violation(
        judge({"n1", "n2"}, snapshot, {.by = "the job", .placement = Placement::Cluster}),
        Code::E223, "nodes lie in 2 placement groups (pg-a, pg-b); the job allows 1");
    expect_violation(judge({"n1"}, snapshot, {.by = "the job", .placement = Placement::Spread}),
                     Code::E211,
                     "placement group 'pg-a' of n1 has strategy cluster; the job demands spread");
}

TEST(PlacementVerdict, WithoutATopologyALayerIsUnknownAndTheMessageNamesTheTypes) {
    const Demand demand{.by = "the job", .max_layer = 2, .placement = Placement::Cluster};
    const Verdict verdict = judge({"n1", "n2"}, three_without_topology(), demand);
    EXPECT_EQ(verdict.standing, Standing::Unknown);
    EXPECT_EQ(verdict.error->message, "the place of n[1-2] in the network is not known; EC2 was "
                                      "asked and has no topology for c5n.18xlarge");
    EXPECT_EQ(verdict.unknown, (Names{"n1", "n2"}));
    expect_conforming(judge({"n1"}, three_without_topology(), demand));
}

TEST(PlacementVerdict, AGroupThatNobodyToldIsUnknown) {
    Snapshot snapshot = three_without_topology();
    snapshot.nodes["n1"].group.reset();
    snapshot.nodes["n1"].strategy = "";
    const Verdict verdict =
        judge({"n1"}, snapshot, {.by = "the job", .placement = Placement::Cluster});
    EXPECT_EQ(verdict.standing, Standing::Unknown);
    EXPECT_EQ(verdict.error->message, "the place of n1 in the network is not known; EC2 was asked "
                                      "about 1 of them and did not tell");
}

TEST(PlacementVerdict, WhatAnInstanceRecordedOfItsGroupCountsBeforeEc2IsAsked) {
    Snapshot snapshot = three_without_topology();
    for (auto& [name, place] : snapshot.nodes) {
        place.asked = false;
        place.strategy = "";
    }
    expect_conforming(judge({"n1", "n2"}, snapshot, {.by = "the job", .group = "pg-a"}));
    EXPECT_EQ(judge({"n1"}, snapshot, {.by = "the job", .group = "pg-b"}).error->code, Code::E210);
    // EC2 alone tells a group's strategy, and the capacity block of an instance in no group.
    const Verdict strategy =
        judge({"n1"}, snapshot, {.by = "the job", .placement = Placement::Cluster});
    EXPECT_EQ(strategy.standing, Standing::Unknown);
    EXPECT_EQ(strategy.error->message, "the place of n1 in the network is not known");
    EXPECT_EQ(judge({"n3"}, snapshot, {.by = "the job", .placement = Placement::Cluster}).standing,
              Standing::Unknown);
}

TEST(PlacementVerdict, AnInstanceThatRecordedACapacityBlockIsInOne) {
    Snapshot snapshot = three_without_topology();
    snapshot.nodes["n3"].lifecycle = "capacity-block";
    expect_conforming(
        judge({"n3"}, snapshot, {.by = "the job", .placement = Placement::CapacityBlock}));
    // In which one is not known, so it is neither in one with others nor out of every group.
    EXPECT_EQ(judge({"n3"}, snapshot, {.by = "the job", .placement = Placement::Cluster}).standing,
              Standing::Unknown);
}

TEST(PlacementVerdict, AnInstanceThatRecordedAnotherLifecycleIsInNoCapacityBlock) {
    Snapshot snapshot = three_without_topology();
    snapshot.nodes["n1"].lifecycle = "capacity-block";
    snapshot.nodes["n2"].lifecycle = "on-demand";
    const Demand demand{.by = "the job", .placement = Placement::CapacityBlock};
    const Verdict verdict = judge({"n1", "n2", "n3"}, snapshot, demand);
    expect_violation(verdict, Code::E210,
                     "not in a capacity block, which the job demands: n2 (lifecycle of n2 is "
                     "on-demand)");
    EXPECT_EQ(verdict.keep, Names{"n1"});
    EXPECT_EQ(verdict.exclude, Names{"n2"});
    EXPECT_EQ(verdict.unknown, Names{"n3"});
    snapshot.nodes["n2"].capacity_block = "cr-1"; // EC2 knows better
    expect_conforming(judge({"n1", "n2"}, snapshot, demand));
}

TEST(PlacementVerdict, OneNodeNeedNotBeAskedAboutForLayersAndZones) {
    using config::FabricDemand;
    EXPECT_FALSE(can_break(FabricDemand{}, 2));
    EXPECT_FALSE(can_break(FabricDemand{.max_layer = 1, .same_az = true}, 1));
    EXPECT_TRUE(can_break(FabricDemand{.max_layer = 1}, 2));
    EXPECT_TRUE(can_break(FabricDemand{.same_az = true}, 2));
    EXPECT_TRUE(can_break(FabricDemand{.placement = Placement::Cluster}, 1));
    EXPECT_TRUE(can_break(FabricDemand{.group = "pg-a"}, 1));
    EXPECT_TRUE(can_break(FabricDemand{.placement = Placement::CapacityBlock, .max_layer = 1}, 1));
}

/// The most nodes of any choice that conforms.
std::size_t largest_by_trying(const Names& nodes, const Snapshot& snapshot, const Demand& demand) {
    std::size_t best = 0;
    for (unsigned choice = 1; choice < 1u << nodes.size(); ++choice) {
        Names chosen;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (choice >> i & 1u)
                chosen.push_back(nodes[i]);
        if (chosen.size() > best &&
            judge(chosen, snapshot, demand).standing == Standing::Conforming)
            best = chosen.size();
    }
    return best;
}

Demand random_demand(test::RandomNetwork& random) {
    static constexpr Placement kinds[] = {Placement::Any, Placement::Any, Placement::Cluster,
                                          Placement::Spread};
    return {.by = "the job",
            .max_layer = random.below(5),
            .same_az = random.below(2) == 0,
            .placement = kinds[random.below(4)],
            .group = random.below(4) ? "" : "pg-a"};
}

TEST(PlacementVerdict, TheLargestPartIsAsLargeAsAnyThatConforms) {
    int violations = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        test::RandomNetwork random(seed);
        const Snapshot snapshot = random.snapshot(2 + random.below(7), false);
        Names nodes;
        for (const auto& [name, place] : snapshot.nodes)
            nodes.push_back(name);
        const Demand demand = random_demand(random);
        const Verdict verdict = judge(nodes, snapshot, demand);
        if (verdict.standing != Standing::Violating)
            continue;
        ++violations;
        EXPECT_EQ(verdict.keep.size(), largest_by_trying(nodes, snapshot, demand)) << seed;
        if (verdict.keep.size() > 1) {
            EXPECT_EQ(judge(verdict.keep, snapshot, demand).standing, Standing::Conforming) << seed;
        }
    }
    EXPECT_GT(violations, 100);
}

TEST(PlacementVerdict, EveryNodeIsInOneListAndTheKeptOnesConform) {
    int violations = 0, unknowns = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        test::RandomNetwork random(seed);
        const int count = 2 + random.below(random.below(2) ? 5 : 30);
        const Snapshot snapshot = random.snapshot(count, true);
        Names nodes;
        for (int number = 1; number <= count; ++number)
            nodes.push_back("n" + std::to_string(number));
        const Demand demand = random_demand(random);
        const Verdict verdict = judge(nodes, snapshot, demand);
        Names all = verdict.keep;
        all.insert(all.end(), verdict.exclude.begin(), verdict.exclude.end());
        all.insert(all.end(), verdict.unknown.begin(), verdict.unknown.end());
        std::ranges::sort(all);
        std::ranges::sort(nodes);
        EXPECT_EQ(all, nodes) << seed;
        if (verdict.keep.size() > 1) {
            EXPECT_EQ(judge(verdict.keep, snapshot, demand).standing, Standing::Conforming) << seed;
        }
        violations += verdict.standing == Standing::Violating;
        unknowns += verdict.standing == Standing::Unknown;
    }
    EXPECT_GT(violations, 100);
    EXPECT_GT(unknowns, 20);
}

} // namespace placement_verdict_test
} // namespace fairlead::placement
