#include "fabric/metadata.hpp"

#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_metadata_test {

using config::FabricDemand;
using config::Placement;

const Instance hpc7a{"hpc7a.96xlarge", "i-0123456789abcdef0"};
const aws::InstanceFacts known{.instance_id = "i-0123456789abcdef0",
                               .instance_type = "hpc7a.96xlarge",
                               .availability_zone = "us-east-2b",
                               .zone_id = {},
                               .lifecycle = {},
                               .launch_time = {},
                               .placement_group = "pg-a",
                               .partition_number = 0,
                               .network_cards = std::vector<int>{0, 1}};

void expect_failed(const Finding& finding, Code code, const std::string& message) {
    EXPECT_EQ(finding.state, State::Failed) << finding.check;
    ASSERT_TRUE(finding.error) << message;
    EXPECT_EQ(finding.error->code, code);
    EXPECT_EQ(finding.error->message, message);
}

FabricDemand demand(Placement placement, const std::string& group = "") {
    return {.placement = placement, .group = group};
}

TEST(CheckType, IsOneThatThePartitionLists) {
    EXPECT_EQ(check_type(hpc7a, {}).state, State::Ok);
    EXPECT_EQ(check_type(hpc7a, {"hpc6a.48xlarge", "hpc7a.96xlarge"}).state, State::Ok);
    expect_failed(check_type({"m5.large", ""}, {"hpc6a.48xlarge", "hpc7a.96xlarge"}), Code::E218,
                  "instance type m5.large is not one of the partition's (hpc6a.48xlarge, "
                  "hpc7a.96xlarge)");
}

TEST(CheckType, ThatDmiDoesNotNameIsUnknown) {
    EXPECT_EQ(check_type({}, {"hpc7a.96xlarge"}).state, State::Unknown);
    EXPECT_EQ(check_type({}, {}).state, State::Ok);
}

TEST(CheckMetadata, AgreesWithDmiAndTheRecord) {
    EXPECT_EQ(check_metadata(hpc7a, known, "us-east-2b").state, State::Ok);
    EXPECT_EQ(check_metadata(hpc7a, known, std::nullopt).state, State::Ok);
}

TEST(CheckMetadata, ThatContradictsTheNodeFails) {
    auto facts = known;
    facts.instance_id = "i-2";
    expect_failed(check_metadata(hpc7a, facts, {}), Code::E212,
                  "instance metadata says id i-2, the node is i-0123456789abcdef0");
    facts = known;
    facts.instance_type = "m5.large";
    expect_failed(check_metadata(hpc7a, facts, {}), Code::E212,
                  "instance metadata says type m5.large, the node is hpc7a.96xlarge");
    expect_failed(check_metadata(hpc7a, known, "us-east-2a"), Code::E212,
                  "instance metadata says zone us-east-2b, the node is us-east-2a");
}

// Outside of Nitro DMI holds other texts.
TEST(CheckMetadata, ATypeThatDmiDoesNotNameIsNoContradiction) {
    EXPECT_EQ(check_metadata({"HVM domU", ""}, known, {}).state, State::Ok);
}

TEST(CheckMetadata, ThatDoesNotAnswerIsUnknown) {
    EXPECT_EQ(check_metadata(hpc7a, {}, "us-east-2b").state, State::Unknown);
}

TEST(PlacementGroup, NobodyDemandsIsFine) {
    for (const auto placement : {Placement::Any, Placement::CapacityBlock}) {
        EXPECT_EQ(check_placement_group({}, demand(placement)).state, State::Ok);
        EXPECT_FALSE(demands_group(demand(placement)));
    }
    EXPECT_EQ(check_placement_group(known, demand(Placement::Any)).found, "pg-a");
}

TEST(PlacementGroup, OfTheNameDemandedIsFine) {
    EXPECT_EQ(check_placement_group(known, demand(Placement::Cluster, "pg-a")).state, State::Ok);
    EXPECT_EQ(check_placement_group(known, demand(Placement::Any, "pg-a")).state, State::Ok);
    EXPECT_EQ(check_placement_group(known, demand(Placement::Cluster)).state, State::Ok);
}

TEST(PlacementGroup, ANodeInNoneOrAnotherFails) {
    auto facts = known;
    facts.placement_group = "";
    expect_failed(check_placement_group(facts, demand(Placement::Cluster, "pg-a")), Code::E210,
                  "placement group 'pg-a' expected, instance is in none");
    expect_failed(check_placement_group(facts, demand(Placement::Spread)), Code::E210,
                  "placement group 'any spread group' expected, instance is in none");
    expect_failed(check_placement_group(known, demand(Placement::Cluster, "pg-b")), Code::E210,
                  "placement group 'pg-b' expected, instance is in 'pg-a'");
    EXPECT_EQ(check_placement_group(facts, demand(Placement::Spread)).subject, Subject::Placement);
}

// EC2 keeps the instances of a capacity block close, in no group.
TEST(PlacementGroup, ACapacityBlockStandsForAClusterGroup) {
    auto block = known;
    block.lifecycle = "capacity-block";
    block.placement_group = "";
    EXPECT_EQ(check_placement_group(block, demand(Placement::Cluster)).state, State::Ok);
    EXPECT_EQ(check_placement_group(block, demand(Placement::Any, "pg")).state, State::Ok);
    EXPECT_EQ(check_placement_group(block, demand(Placement::Spread)).state, State::Failed);
}

TEST(PlacementGroup, OfAnotherKindFails) {
    expect_failed(check_placement_group(known, demand(Placement::Partition)), Code::E211,
                  "placement group 'pg-a' has no partitions, a partition group is expected");
    auto facts = known;
    facts.partition_number = 3;
    expect_failed(check_placement_group(facts, demand(Placement::Cluster)), Code::E211,
                  "placement group 'pg-a' has partitions, a cluster group is expected");
    EXPECT_EQ(check_placement_group(facts, demand(Placement::Partition)).state, State::Ok);
    EXPECT_EQ(check_placement_group(facts, demand(Placement::Any, "pg-a")).state, State::Ok);
}

TEST(PlacementGroup, ThatIsNotKnownIsNoFailure) {
    EXPECT_EQ(check_placement_group({}, demand(Placement::Cluster, "pg-a")).state, State::Unknown);
    auto facts = known;
    facts.partition_number.reset();
    EXPECT_EQ(check_placement_group(facts, demand(Placement::Partition)).state, State::Ok);
}

TEST(PlacementGroup, AHostileNameIsMadePrintable) {
    auto facts = known;
    facts.placement_group = "\x1b[2J";
    expect_failed(check_placement_group(facts, demand(Placement::Cluster, "pg-a")), Code::E210,
                  "placement group 'pg-a' expected, instance is in '?[2J'");
}

const auto types =
    catalog::Catalog::parse("p4d.24xlarge,96,48,2,2,1152,4,4,400,8,x86_64\n", "test").value();

TEST(NetworkCards, MissingFromTheLaunchExplainMissingInterfaces) {
    auto facts = known;
    facts.network_cards = {0, 1, 3};
    expect_failed(check_network_cards(facts, types.find("p4d.24xlarge"), true), Code::E213,
                  "efa: EC2 attached 3 of 4 network cards on p4d.24xlarge (missing card 2)");
    EXPECT_EQ(check_network_cards(facts, types.find("p4d.24xlarge"), false).state, State::Ok);
}

TEST(NetworkCards, AllAttachedOrNotKnownAreNoFailure) {
    auto facts = known;
    facts.network_cards = {0, 1, 2, 3};
    EXPECT_EQ(check_network_cards(facts, types.find("p4d.24xlarge"), true).state, State::Ok);
    EXPECT_EQ(check_network_cards({}, types.find("p4d.24xlarge"), true).state, State::Unknown);
    EXPECT_EQ(check_network_cards(facts, nullptr, true).state, State::Ok);
}

} // namespace fabric_metadata_test
} // namespace fairlead::fabric
