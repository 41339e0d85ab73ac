#include "policy/admit.hpp"

#include "state/admitted.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_fabric_test {

using config::EfaNeed;
using config::FabricDemand;
using config::FabricRequest;
using config::Mode;
using config::Placement;
using config::Relaxable;

/// Partition hpc, of nodes with two interfaces and nodes with one.
Snapshot site(const FabricDemand& fabric, Mode mode = Mode::Enforce,
              std::vector<Relaxable> relax = {}) {
    Snapshot snapshot;
    snapshot.config.partitions["hpc"] = {.mode = mode,
                                         .fabric = fabric,
                                         .instance_types = {"hpc7a.96xlarge", "hpc6a.48xlarge"},
                                         .relax = std::move(relax)};
    snapshot.catalog = catalog::Catalog::parse("hpc7a.96xlarge,192,192,1,4,768,2,2,300,,x86_64\n"
                                               "hpc6a.48xlarge,96,96,1,4,384,1,1,100,,x86_64\n",
                                               "test")
                           .value();
    return snapshot;
}

JobRequest job(const FabricRequest& fabric = {}) {
    JobRequest request;
    request.partition = "hpc";
    request.fabric = fabric;
    return request;
}

std::string refusal(const JobRequest& request, const Snapshot& snapshot) {
    const auto admission = admit(request, snapshot);
    return admission.refusal ? to_string(*admission.refusal) : "-";
}

std::string observed(const JobRequest& request, const Snapshot& snapshot) {
    const auto admission = admit(request, snapshot);
    EXPECT_FALSE(admission.refusal);
    return admission.would_have ? to_string(*admission.would_have) : "-";
}

FabricDemand recorded(const JobRequest& request, const Snapshot& snapshot) {
    const auto admission = admit(request, snapshot);
    if (!admission.patch.record)
        return {};
    return state::decode_admitted(*admission.patch.record).value().fabric;
}

struct Less {
    FabricDemand demanded;
    FabricRequest asked;
    Relaxable aspect;
    const char* sentence;
};

const Less less[] = {
    {{.efa = EfaNeed::Required},
     {.efa = EfaNeed::Off},
     Relaxable::Efa,
     "partition 'hpc' requires EFA, so --efa=off cannot hold; drop the option or submit to another "
     "partition [FL-E102]"},
    {{.efa_interfaces = 2},
     {.efa_interfaces = 1},
     Relaxable::EfaInterfaces,
     "partition 'hpc' demands 2 EFA interfaces on each node, so --efa-interfaces=1 cannot hold; "
     "drop the option [FL-E103]"},
    {{.placement = Placement::Cluster},
     {.placement = Placement::Spread},
     Relaxable::Placement,
     "partition 'hpc' demands placement cluster, so --placement=spread cannot hold; drop the "
     "option or submit to another partition [FL-E105]"},
    {{.max_layer = 2},
     {.max_layer = 0},
     Relaxable::MaxLayer,
     "partition 'hpc' allows at most 2 network layers above a job's nodes, so --max-layer=any "
     "cannot hold; drop the option or ask for 2 or less [FL-E107]"},
    {{.same_az = true},
     {.same_az = false},
     Relaxable::SameAz,
     "partition 'hpc' demands one Availability Zone for all nodes of a job, so --same-az=no cannot "
     "hold; drop the option [FL-E108]"},
};

TEST(AdmitFabric, AskingForLessIsRefusedWhereThePartitionEnforces) {
    for (const Less& row : less)
        EXPECT_EQ(refusal(job(row.asked), site(row.demanded)), row.sentence);
}

TEST(AdmitFabric, AskingForLessIsCountedWhereItObserves) {
    for (const Less& row : less)
        EXPECT_EQ(observed(job(row.asked), site(row.demanded, Mode::Observe)), row.sentence);
}

TEST(AdmitFabric, AskingForLessIsFineWhereItIsOffOrLetsTheJobRelax) {
    for (const Less& row : less) {
        EXPECT_EQ(observed(job(row.asked), site(row.demanded, Mode::Off)), "-") << row.sentence;
        EXPECT_EQ(refusal(job(row.asked), site(row.demanded, Mode::Enforce, {row.aspect})), "-")
            << row.sentence;
    }
}

TEST(AdmitFabric, AskingForMoreIsFine) {
    const FabricRequest more{EfaNeed::Required, 2, Placement::Cluster, 1, true};
    for (const Less& row : less)
        EXPECT_EQ(refusal(job(more), site(row.demanded)), "-") << row.sentence;
}

TEST(AdmitFabric, TheRecordIsWhatHolds) {
    const FabricDemand demand{.efa = EfaNeed::Required,
                              .efa_interfaces = 1,
                              .placement = Placement::Cluster,
                              .group = "pg",
                              .max_layer = 2,
                              .same_az = true};
    EXPECT_EQ(recorded(job(), site(demand)), demand);
    EXPECT_EQ(recorded(job(), site(demand, Mode::Observe)), FabricDemand{});
    FabricDemand closer = demand;
    closer.max_layer = 1;
    EXPECT_EQ(recorded(job({.max_layer = 1}), site(demand)), closer);
    EXPECT_EQ(recorded(job({.max_layer = 1}), site(demand, Mode::Off)),
              FabricDemand{.max_layer = 1});
}

TEST(AdmitFabric, MoreInterfacesThanAnyNodeHasAreRefusedInEveryMode) {
    for (const Mode mode : {Mode::Off, Mode::Observe, Mode::Enforce})
        EXPECT_EQ(refusal(job({.efa = EfaNeed::Required, .efa_interfaces = 3}), site({}, mode)),
                  "3 EFA interfaces on each node are more than any node of partition 'hpc' has "
                  "(hpc7a.96xlarge has 2, hpc6a.48xlarge has 1); ask for 2 or less [FL-E103]");
}

TEST(AdmitFabric, MoreRanksThanQueuePairsAreRefused) {
    auto request = job({.efa = EfaNeed::Required});
    request.tasks_per_node = 257;
    EXPECT_EQ(refusal(request, site({})),
              "257 ranks a node on 2 EFA interfaces need 514 queue pairs, and they have 512; use "
              "--ntasks-per-node=256 or less [FL-E104]");
    request.tasks_per_node = 256;
    EXPECT_EQ(refusal(request, site({})), "-");
}

TEST(AdmitFabric, TheTypesAreThoseThatTheConstraintLeaves) {
    auto request = job({.efa = EfaNeed::Required});
    request.tasks_per_node = 192;
    EXPECT_EQ(refusal(request, site({})), "-");
    for (const char* list : {"hpc6a.48xlarge", "amd&hpc6a.48xlarge", "hpc6a.48xlarge|m5.large"}) {
        request.features = list;
        EXPECT_TRUE(refusal(request, site({})).ends_with("[FL-E104]")) << list;
    }
    for (const char* list : {"amd", "hpc6a.48xlarge|hpc7a.96xlarge", "amd|hpc6a.48xlarge",
                             "[hpc6a.48xlarge]", "hpc6a.48xlarge&hpc7a.96xlarge"}) {
        request.features = list;
        EXPECT_EQ(refusal(request, site({})), "-") << list;
    }
    request = job({.efa = EfaNeed::Required, .efa_interfaces = 2});
    request.features = "hpc6a.48xlarge";
    EXPECT_EQ(refusal(request, site({})),
              "2 EFA interfaces on each node are more than any node of partition 'hpc' that the "
              "constraint leaves has (hpc6a.48xlarge has 1); ask for 1 or less [FL-E103]");
}

TEST(AdmitFabric, WhereAPartitionListsNoTypesTheConstraintMayNameOne) {
    auto snapshot = site({.efa = EfaNeed::Required});
    snapshot.config.partitions["hpc"].instance_types.clear();
    auto request = job();
    request.tasks_per_node = 192;
    EXPECT_EQ(refusal(request, snapshot), "-");
    for (const char* list : {"hpc6a.48xlarge", "amd&hpc6a.48xlarge"}) {
        request.features = list;
        EXPECT_EQ(refusal(request, snapshot),
                  "192 ranks a node on 1 EFA interface need 384 queue pairs, and it has 256; use "
                  "--ntasks-per-node=128 or less [FL-E104]")
            << list;
    }
    for (const char* list : {"hpc7a.96xlarge", "amd", "amd|hpc6a.48xlarge", "[hpc6a.48xlarge]",
                             "hpc6a.48xlarge&hpc7a.96xlarge"}) {
        request.features = list;
        EXPECT_EQ(refusal(request, snapshot), "-") << list;
    }
    request = job({.efa_interfaces = 2});
    request.features = "hpc6a.48xlarge";
    EXPECT_TRUE(refusal(request, snapshot).ends_with("[FL-E103]"));
}

TEST(AdmitFabric, OneInterfaceHasTheQueuePairsOfOne) {
    auto snapshot = site({.efa = EfaNeed::Required});
    snapshot.config.partitions["hpc"].instance_types = {"hpc6a.48xlarge"};
    auto request = job();
    request.tasks_per_node = 192;
    EXPECT_EQ(refusal(request, snapshot),
              "192 ranks a node on 1 EFA interface need 384 queue pairs, and it has 256; use "
              "--ntasks-per-node=128 or less [FL-E104]");
    snapshot.config.ranks_per_nic = 256;
    EXPECT_EQ(refusal(request, snapshot), "-");
}

TEST(AdmitFabric, ASiteThatAllowsFewerRanksThanThereAreQueuePairsForIsNamed) {
    auto snapshot = site({.efa = EfaNeed::Required});
    snapshot.config.ranks_per_nic = 100;
    auto request = job();
    request.tasks_per_node = 201;
    EXPECT_EQ(refusal(request, snapshot),
              "201 ranks a node on 2 EFA interfaces are more than this site allows: 100 on each "
              "(ranks_per_nic); use --ntasks-per-node=200 or less [FL-E104]");
    request.tasks_per_node = 257;
    EXPECT_EQ(refusal(request, snapshot),
              "257 ranks a node on 2 EFA interfaces need 514 queue pairs, and they have 512; use "
              "--ntasks-per-node=200 or less [FL-E104]");
}

TEST(AdmitFabric, RanksOfANodeFollowFromTasksAndNodes) {
    auto request = job({.efa = EfaNeed::Required});
    request.tasks = 513;
    EXPECT_EQ(refusal(request, site({})), "-"); // any number of nodes
    request.most_nodes = 2;
    EXPECT_TRUE(refusal(request, site({})).starts_with("257 ranks a node"));
    request.most_nodes = 3;
    EXPECT_EQ(refusal(request, site({})), "-");
}

// Beside --ntasks Slurm takes --ntasks-per-node for the most.
TEST(AdmitFabric, RanksOfANodeAreNoMoreThanTheTasksLeaveForIt) {
    auto request = job({.efa = EfaNeed::Required});
    request.tasks_per_node = 600;
    request.tasks = 64;
    EXPECT_EQ(refusal(request, site({})), "-");
    request.tasks = 1200;
    request.most_nodes = 2;
    EXPECT_TRUE(refusal(request, site({})).starts_with("600 ranks a node"));
    request.most_nodes = 6;
    EXPECT_EQ(refusal(request, site({})), "-");
}

TEST(AdmitFabric, RanksOfASingleNodeNeedNoQueuePairs) {
    auto request = job({.efa = EfaNeed::Required});
    request.tasks_per_node = 1000;
    request.most_nodes = 1;
    EXPECT_EQ(refusal(request, site({})), "-");
}

TEST(AdmitFabric, RanksWithoutEfaNeedNoQueuePairs) {
    auto request = job();
    request.tasks_per_node = 1000;
    EXPECT_EQ(refusal(request, site({})), "-");
}

TEST(AdmitFabric, ASpreadGroupHoldsSevenNodesOfAZone) {
    auto request = job({.placement = Placement::Spread, .same_az = true});
    request.least_nodes = 8;
    EXPECT_EQ(refusal(request, site({})),
              "8 nodes in a spread placement group within one Availability Zone: EC2 runs at most "
              "7 instances there; ask for 7 nodes or less, or for --placement=cluster or "
              "partition, or drop --same-az [FL-E106]");
    request.least_nodes = 7;
    EXPECT_EQ(refusal(request, site({})), "-");
    request = job({.placement = Placement::Spread, .max_layer = 3});
    request.least_nodes = 8;
    EXPECT_NE(refusal(request, site({})), "-");
    request = job({.placement = Placement::Spread}); // several zones hold more
    for (const unsigned fits : {8U, 42U}) {
        request.least_nodes = fits;
        EXPECT_EQ(refusal(request, site({})), "-");
    }
    request.least_nodes = 43;
    EXPECT_EQ(refusal(request, site({})),
              "43 nodes in a spread placement group: EC2 runs at most 7 instances of one in an "
              "Availability Zone, and no region has more than 6 zones; ask for 42 nodes or less, "
              "or for --placement=cluster or partition [FL-E106]");
}

TEST(AdmitFabric, ACloseJobCannotSpanZones) {
    EXPECT_EQ(refusal(job({.placement = Placement::Cluster, .same_az = false}), site({})),
              "a cluster placement group lies within one Availability Zone, so --same-az=no cannot "
              "hold; drop --same-az=no or --placement=cluster [FL-E108]");
    EXPECT_EQ(refusal(job({.max_layer = 3, .same_az = false}), site({})),
              "network layers lie within one Availability Zone, so --same-az=no cannot hold with "
              "--max-layer=3; drop --same-az=no or --max-layer=3 [FL-E108]");
    EXPECT_EQ(refusal(job({.placement = Placement::CapacityBlock, .same_az = false}), site({})),
              "-");
}

TEST(AdmitFabric, OneLeafIsOneSwitchAndALongWait) {
    const auto patch = [](const JobRequest& request) {
        return admit(request, site({.max_layer = 1})).patch;
    };
    EXPECT_EQ(patch(job()).switches, 1U);
    EXPECT_EQ(patch(job()).switch_wait, 86400U);
    auto request = job();
    request.switches = 3;
    request.switch_wait = 100'000;
    EXPECT_EQ(patch(request).switches, 1U);
    EXPECT_EQ(patch(request).switch_wait, std::nullopt);
    request.switches = 1;
    request.switch_wait = 10;
    EXPECT_EQ(patch(request).switches, std::nullopt);
    EXPECT_EQ(patch(request).switch_wait, 86400U);
    request.most_nodes = 1;
    EXPECT_EQ(patch(request).switch_wait, std::nullopt);
}

TEST(AdmitFabric, MoreLayersThanOneAreNoSwitches) {
    EXPECT_EQ(admit(job({.max_layer = 2}), site({})).patch.switches, std::nullopt);
}

TEST(AdmitFabric, OfSeveralPartitionsTheWeakestDemandHolds) {
    auto snapshot = site({.efa_interfaces = 2,
                          .placement = Placement::Cluster,
                          .group = "pg",
                          .max_layer = 1,
                          .same_az = true});
    snapshot.config.partitions["far"] = {.mode = Mode::Enforce,
                                         .fabric = {.efa_interfaces = 1,
                                                    .placement = Placement::Cluster,
                                                    .group = "other",
                                                    .max_layer = 3}};
    auto request = job();
    request.partition = "hpc,far";
    EXPECT_EQ(recorded(request, snapshot),
              (FabricDemand{.efa_interfaces = 1, .placement = Placement::Cluster, .max_layer = 3}));
}

} // namespace policy_fabric_test
} // namespace fairlead::policy
