#include "config/config.hpp"

#include <gtest/gtest.h>

namespace fairlead::config {
namespace config_demand_test {

const PartitionRules strict{.fabric = {.efa = EfaNeed::Required,
                                       .efa_interfaces = 2,
                                       .placement = Placement::Cluster,
                                       .group = "pg",
                                       .max_layer = 1,
                                       .same_az = true}};
const FabricRequest loose{EfaNeed::Off, 1, Placement::Any, 3, false};

TEST(FabricDemandOf, AJobThatAsksForNothingIsHeldToItsPartition) {
    EXPECT_EQ(demand_of({}, strict, true), strict.fabric);
}

TEST(FabricDemandOf, APartitionThatDoesNotCountDemandsNothing) {
    EXPECT_EQ(demand_of({}, strict, false), FabricDemand{});
    EXPECT_EQ(demand_of({.max_layer = 2}, strict, false), FabricDemand{.max_layer = 2});
}

TEST(FabricDemandOf, AJobCannotAskForLess) {
    EXPECT_EQ(demand_of(loose, strict, true), strict.fabric);
}

TEST(FabricDemandOf, AJobMayAskForMore) {
    const PartitionRules rules{.fabric = {.efa_interfaces = 1, .max_layer = 3}};
    const auto demand = demand_of({EfaNeed::Required, 2, Placement::Spread, 1, true}, rules, true);
    EXPECT_EQ(demand, (FabricDemand{.efa = EfaNeed::Required,
                                    .efa_interfaces = 2,
                                    .placement = Placement::Spread,
                                    .max_layer = 1,
                                    .same_az = true}));
}

TEST(FabricDemandOf, EachAspectIsRelaxedAlone) {
    const auto with = [](Relaxable aspect) {
        PartitionRules rules = strict;
        rules.relax = {aspect};
        return demand_of(loose, rules, true);
    };
    FabricDemand expected = strict.fabric;
    expected.efa = EfaNeed::Off;
    EXPECT_EQ(with(Relaxable::Efa), expected);
    expected = strict.fabric;
    expected.efa_interfaces = 1;
    EXPECT_EQ(with(Relaxable::EfaInterfaces), expected);
    expected = strict.fabric;
    expected.placement = Placement::Any;
    expected.group.clear();
    EXPECT_EQ(with(Relaxable::Placement), expected);
    expected = strict.fabric;
    expected.max_layer = 3;
    EXPECT_EQ(with(Relaxable::MaxLayer), expected);
    expected = strict.fabric;
    expected.same_az = false;
    EXPECT_EQ(with(Relaxable::SameAz), expected);
}

// Another placement than the partition's is relaxation as well, so its group is not meant.
TEST(FabricDemandOf, ARelaxedPlacementLeavesTheNameOfTheGroup) {
    PartitionRules rules = strict;
    rules.relax = {Relaxable::Placement};
    const auto demand = demand_of({.placement = Placement::Spread}, rules, true);
    EXPECT_EQ(demand.placement, Placement::Spread);
    EXPECT_EQ(demand.group, "");
}

TEST(FabricDemandOf, TheNameOfAGroupHoldsWithoutAPlacementToo) {
    const PartitionRules named{.fabric = {.group = "pg"}};
    EXPECT_EQ(demand_of({}, named, true), named.fabric);
    EXPECT_TRUE(named.fabric.placed());
    EXPECT_EQ(demand_of({.placement = Placement::Cluster}, named, true),
              (FabricDemand{.placement = Placement::Cluster, .group = "pg"}));
    EXPECT_EQ(stricter({.group = "pg"}, {.group = "other"}).group, "pg");
}

TEST(FabricDemandOf, TheStricterOfTwoSatisfiesBoth) {
    const FabricDemand a{.efa_interfaces = 4, .max_layer = 3}, b{.max_layer = 1, .same_az = true};
    EXPECT_EQ(stricter(a, b), (FabricDemand{.efa_interfaces = 4, .max_layer = 1, .same_az = true}));
    EXPECT_EQ(stricter(a, b), stricter(b, a));
    EXPECT_EQ(stricter({}, a), a);
}

} // namespace config_demand_test
} // namespace fairlead::config
