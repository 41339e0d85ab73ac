// What a refusal advises, and that it is then admitted.
#include "policy/admit.hpp"
#include "policy/feature_list.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_fabric_advice_test {

using config::EfaNeed;
using config::FabricDemand;
using config::FabricRequest;
using config::Mode;
using config::Placement;
using config::Relaxable;

/// Partition hpc has nodes with two interfaces, big with 32, plain none.
Snapshot site() {
    Snapshot snapshot;
    auto& partitions = snapshot.config.partitions;
    partitions["hpc"] = {.mode = Mode::Enforce,
                         .fabric = {.efa = EfaNeed::Required},
                         .instance_types = {"hpc7a.96xlarge"}};
    partitions["big"] = {.fabric = {}, .instance_types = {"p5.48xlarge"}};
    partitions["plain"] = {.fabric = {}, .instance_types = {"m5.large"}};
    partitions["any"] = {.mode = Mode::Enforce, .fabric = {.efa = EfaNeed::Required}};
    snapshot.catalog = catalog::Catalog::parse("hpc7a.96xlarge,192,192,1,4,768,2,2,300,,x86_64\n"
                                               "p5.48xlarge,192,96,2,2,2048,32,32,3200,8,x86_64\n",
                                               "test")
                           .value();
    return snapshot;
}

struct Job : JobRequest {
    Job(const char* to, const FabricRequest& asked, const char* list = nullptr) {
        partition = to;
        fabric = asked;
        if (list)
            features = list;
    }
};

std::string refusal(const JobRequest& request, const Snapshot& snapshot = site()) {
    const auto admission = admit(request, snapshot);
    return admission.refusal ? to_string(*admission.refusal) : "-";
}

const FabricRequest none{}, efa{.efa = EfaNeed::Required};

TEST(FabricAdvice, AFeatureListWithoutEfaNamesTypesWithIt) {
    EXPECT_EQ(refusal(Job("hpc", none, "m5.large")),
              "partition 'hpc' requires EFA, but the feature list 'm5.large' selects no EFA node "
              "(EFA types here: hpc7a.96xlarge); drop the constraint or name one of these "
              "[FL-E101]");
    EXPECT_EQ(refusal(Job("hpc", none, "hpc7a.96xlarge")), "-");
    EXPECT_EQ(refusal(Job("hpc", none)), "-");
    EXPECT_EQ(refusal(Job("big", efa, "hpc7a.96xlarge")),
              "the job requires EFA, but the feature list 'hpc7a.96xlarge' selects no EFA node "
              "(EFA types here: p5.48xlarge); drop the constraint or name one of these, or drop "
              "--efa=required [FL-E101]");
    EXPECT_EQ(refusal(Job("big", efa, "p5.48xlarge")), "-");
    EXPECT_EQ(refusal(Job("big", efa)), "-");
    EXPECT_EQ(refusal(Job("big", none, "hpc7a.96xlarge")), "-");
    EXPECT_EQ(refusal(Job("any", none, "m5.large")),
              "partition 'any' requires EFA, but the feature list 'm5.large' selects no EFA node; "
              "drop the constraint [FL-E101]");
    EXPECT_EQ(refusal(Job("any", none)), "-");
}

TEST(FabricAdvice, OfAFeatureListOnlyWhatIsSureIsRefused) {
    for (const char* list :
         {"m5.large&rack1", "rack1,m5.large", "m5.large|c5.metal", "efa&t3.nano"})
        EXPECT_TRUE(refusal(Job("hpc", none, list)).ends_with("[FL-E101]")) << list;
    for (const char* list :
         {"rack1", "rhel9.4", "m5.large|hpc7a.96xlarge", "m5.large|rack1", "[m5.large|a]",
          "m5.large*2", "(m5.large)", "a|b&m5.large", "hpc7a.96xlarge&rack1", "&", "m5."})
        EXPECT_EQ(refusal(Job("hpc", none, list)), "-") << list;
}

TEST(FabricAdvice, AnInstanceTypeIsKnownByItsForm) {
    for (const char* type : {"m5.large", "hpc7a.96xlarge", "p6e-gb200.36xlarge", "c5n.metal",
                             "u-6tb1.metal", "m7i.metal-24xl"})
        EXPECT_TRUE(is_instance_type(type)) << type;
    for (const char* word : {"", ".", "rhel9.4", "m5", "m5.", ".large", "large.large", "5.large",
                             "m5.Large", "m5.xlargex", "m5.metal-xl", "m_5.large"})
        EXPECT_FALSE(is_instance_type(word)) << word;
}

TEST(FabricAdvice, APartitionWithoutEfaNamesOthersAndOnlyTheJobsOwnWordToDrop) {
    EXPECT_EQ(refusal(Job("plain", efa)),
              "partition 'plain' has no EFA node type (it has m5.large); submit to partition 'big' "
              "or 'hpc' or drop --efa=required [FL-E101]");
    EXPECT_EQ(refusal(Job("plain", none)), "-");
    EXPECT_EQ(refusal(Job("big", efa)), "-");
    EXPECT_EQ(refusal(Job("hpc", efa)), "-");
}

TEST(FabricAdvice, WhatThePartitionDemandsTheUserCannotDrop) {
    auto snapshot = site();
    auto& plain = snapshot.config.partitions["plain"];
    plain.mode = Mode::Enforce;
    plain.fabric.efa = EfaNeed::Required;
    for (const FabricRequest& asked : {none, efa})
        EXPECT_EQ(refusal(Job("plain", asked), snapshot),
                  "partition 'plain' has no EFA node type (it has m5.large); submit to partition "
                  "'big' or 'hpc' [FL-E101]");
    plain.relax = {Relaxable::Efa};
    EXPECT_EQ(refusal(Job("plain", none), snapshot),
              "partition 'plain' has no EFA node type (it has m5.large); submit to partition "
              "'big' or 'hpc' or ask for --efa=off [FL-E101]");
    EXPECT_EQ(refusal(Job("plain", {.efa = EfaNeed::Off}), snapshot), "-");
    std::erase_if(snapshot.config.partitions,
                  [](const auto& entry) { return entry.first != "plain"; });
    plain.relax.clear();
    EXPECT_EQ(refusal(Job("plain", none), snapshot),
              "partition 'plain' has no EFA node type (it has m5.large); no other partition is "
              "known to have EFA nodes, so ask its admins [FL-E101]");
}

TEST(FabricAdvice, MoreInterfacesAreWhereOthersHaveThem) {
    FabricRequest many = efa;
    many.efa_interfaces = 4;
    EXPECT_EQ(refusal(Job("hpc", many)),
              "4 EFA interfaces on each node are more than any node of partition 'hpc' has "
              "(hpc7a.96xlarge has 2); ask for 2 or less, or submit to partition 'big' [FL-E103]");
    EXPECT_EQ(refusal(Job("big", many)), "-");
    many.efa_interfaces = 2;
    EXPECT_EQ(refusal(Job("hpc", many)), "-");
    auto snapshot = site();
    snapshot.config.partitions["hpc"].fabric.efa_interfaces = 3;
    EXPECT_TRUE(refusal(Job("hpc", none), snapshot)
                    .ends_with("(hpc7a.96xlarge has 2); submit to partition 'big' [FL-E103]"));
}

TEST(FabricAdvice, FewerRanksOrMoreNodesAsTheJobSaidThem) {
    Job job("hpc", none);
    job.tasks_per_node = 300;
    EXPECT_TRUE(refusal(job).ends_with("; use --ntasks-per-node=256 or less, or submit to "
                                       "partition 'big', whose nodes have more interfaces "
                                       "[FL-E104]"));
    job.tasks_per_node = 256;
    EXPECT_EQ(refusal(job), "-");
    job.tasks_per_node.reset();
    job.tasks = 600;
    job.most_nodes = 2;
    EXPECT_TRUE(refusal(job).contains("; use 3 nodes or more, or submit to")) << refusal(job);
    job.most_nodes = 3;
    EXPECT_EQ(refusal(job), "-");
    job.tasks = 1200;
    job.tasks_per_node = 600;
    job.most_nodes = 2;
    EXPECT_TRUE(refusal(job).contains("; use --ntasks-per-node=256 or less and 5 nodes or more"));
    job.tasks_per_node = 256;
    job.most_nodes = 5;
    EXPECT_EQ(refusal(job), "-");
}

Job spread(const FabricRequest& asked) {
    Job job("hpc", asked);
    job.least_nodes = 8;
    return job;
}

TEST(FabricAdvice, SpreadIsRelaxedWhereItMayBe) {
    const auto advice = [](const JobRequest& job, const Snapshot& snapshot) {
        const std::string said = refusal(job, snapshot);
        return said.substr(said.find(';') + 2);
    };
    auto snapshot = site();
    auto& fabric = snapshot.config.partitions["hpc"].fabric;
    EXPECT_EQ(advice(spread({.placement = Placement::Spread, .max_layer = 2}), snapshot),
              "ask for 7 nodes or less, or for --placement=cluster or partition, or drop "
              "--max-layer [FL-E106]");
    for (const Placement placement : {Placement::Cluster, Placement::Partition})
        EXPECT_EQ(refusal(spread({.placement = placement, .max_layer = 2}), snapshot), "-");
    EXPECT_EQ(refusal(spread({.placement = Placement::Spread}), snapshot), "-");
    fabric.placement = Placement::Spread;
    EXPECT_EQ(advice(spread({.same_az = true}), snapshot),
              "ask for 7 nodes or less, or drop --same-az [FL-E106]");
    EXPECT_EQ(refusal(spread(none), snapshot), "-");
    fabric.same_az = true;
    EXPECT_EQ(advice(spread(none), snapshot), "ask for 7 nodes or less [FL-E106]");
    EXPECT_TRUE(refusal(spread({.placement = Placement::Cluster}), snapshot).contains("FL-E105"));
    Job fewer = spread(none);
    fewer.least_nodes = 7;
    EXPECT_EQ(refusal(fewer, snapshot), "-");
    snapshot.config.partitions["hpc"].relax = {Relaxable::Placement};
    EXPECT_EQ(advice(spread(none), snapshot),
              "ask for 7 nodes or less, or for --placement=cluster or partition [FL-E106]");
    EXPECT_EQ(refusal(spread({.placement = Placement::Cluster}), snapshot), "-");
}

TEST(FabricAdvice, OnlyTheJobsOwnWordIsToBeDroppedWherePlacesContradict) {
    auto snapshot = site();
    auto& fabric = snapshot.config.partitions["hpc"].fabric;
    fabric.placement = Placement::Cluster;
    const Job anywhere("hpc", {.same_az = false});
    EXPECT_TRUE(refusal(anywhere, snapshot).ends_with("; drop --same-az=no [FL-E108]"));
    fabric = {.max_layer = 2};
    EXPECT_TRUE(refusal(anywhere, snapshot).ends_with("; drop --same-az=no [FL-E108]"));
    EXPECT_EQ(refusal(Job("hpc", none), snapshot), "-");
}

} // namespace policy_fabric_advice_test
} // namespace fairlead::policy
