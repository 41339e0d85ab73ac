#include "placement/node_place.hpp"

#include <gtest/gtest.h>

namespace fairlead::placement {
namespace placement_node_place_test {

const std::string instance = "i-0123456789abcdef0";

state::NodeRecord record_in(const std::optional<std::string>& group) {
    state::NodeRecord record{.node = "n1", .instance = {"hpc7a.96xlarge", instance}};
    record.facts.placement_group = group;
    return record;
}

Snapshot snapshot_with(const std::string& of_instance) {
    return {"",
            "us-east-2",
            {{"n1",
              {.instance = of_instance,
               .type = "hpc7a.96xlarge",
               .path = {"nn-1", "nn-2", "nn-3"},
               .group = "efa-pg",
               .strategy = "cluster",
               .zone = "us-east-2b",
               .zone_id = "use2-az2"}}}};
}

TEST(PlaceOf, IsWhatTheMetadataSaidWhereEc2WasNotAsked) {
    auto record = record_in("mine");
    record.facts.availability_zone = "us-east-2a";
    record.facts.zone_id = "use2-az1";
    record.facts.partition_number = 2;
    const auto place = place_of(record, {});
    EXPECT_EQ(place.availability_zone, "us-east-2a");
    EXPECT_EQ(place.zone_id, "use2-az1");
    EXPECT_EQ(place.group, "mine");
    EXPECT_EQ(place.partition, 2);
    EXPECT_EQ(place.strategy, "");
    EXPECT_FALSE(place.path);
}

TEST(PlaceOf, TakesFromEc2WhatTheMetadataDidNotSay) {
    const auto place = place_of(record_in({}), snapshot_with(instance));
    EXPECT_EQ(place.availability_zone, "us-east-2b");
    EXPECT_EQ(place.zone_id, "use2-az2");
    EXPECT_EQ(place.group, "efa-pg");
    EXPECT_EQ(place.strategy, "cluster");
    EXPECT_EQ(place.path, (fabric::Path{"nn-1", "nn-2", "nn-3"}));
}

// ParallelCluster gives a node's name to the next instance.
TEST(PlaceOf, TakesNothingFromWhatEc2SaidOfAnEarlierInstance) {
    const auto place = place_of(record_in({}), snapshot_with("i-0123456789abcdef1"));
    EXPECT_EQ(place.availability_zone, "");
    EXPECT_FALSE(place.group);
    EXPECT_FALSE(place.path);
}

TEST(PlaceOf, TheStrategyIsThatOfTheGroupItIsIn) {
    const auto place = place_of(record_in("other"), snapshot_with(instance));
    EXPECT_EQ(place.group, "other");
    EXPECT_EQ(place.strategy, "");
}

} // namespace placement_node_place_test
} // namespace fairlead::placement
