#include "placement/slurm_cluster.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::placement {
namespace placement_slurm_cluster_test {

using test::fails_with;
using test::succeeds;
using Names = std::vector<std::string>;

// As Slurm 22.05.8 prints them, shortened.
constexpr const char* nodes =
    "NodeName=n1 Arch=x86_64 CoresPerSocket=2 OS=Linux 6.1 State=DOWN  State=IDLE "
    "ThreadsPerCore=1\n"
    "NodeName=n2 CoresPerSocket=2 State=IDLE+CLOUD+POWERED_DOWN Partitions=hpc\n"
    "NodeName=n3 State=ALLOCATED+CLOUD+POWERING_UP\n"
    "NodeName=n4 State=MIXED+CLOUD+POWER_DOWN Reason=see NodeName=n9 [root@2026]\n"
    "NodeName=n$5 State=IDLE\n"
    "\n";
constexpr const char* partitions =
    "PartitionName=hpc AllowGroups=ALL MinNodes=0 MaxNodes=UNLIMITED Nodes=n[1-3] State=UP "
    "TotalCPUs=6 TotalNodes=3 SelectTypeParameters=NONE\n"
    "PartitionName=cloud MaxNodes=1 Nodes=n[6-7] State=UP TotalNodes=2\n"
    "PartitionName=empty Nodes=(null) TotalNodes=0\n"
    "PartitionName=none Nodes= TotalNodes=0\n";

TEST(SlurmCluster, ReadsNodesStatesAndPartitions) {
    const auto cluster = parse_cluster(nodes, partitions);
    ASSERT_TRUE(succeeds(cluster));
    EXPECT_EQ(cluster->nodes.at("n2"), false);
    EXPECT_EQ(cluster->nodes.at("n3"), false);
    EXPECT_EQ(cluster->nodes.at("n4"), true);
    ASSERT_EQ(cluster->partitions.size(), 4u);
    EXPECT_EQ(cluster->partitions[0].name, "hpc");
    EXPECT_EQ(cluster->partitions[0].nodes, (Names{"n1", "n2", "n3"}));
    EXPECT_TRUE(cluster->partitions[2].nodes.empty());
}

TEST(SlurmCluster, CloudNodesThatSlurmHidesComeFromTheirPartition) {
    const auto cluster = parse_cluster(nodes, partitions);
    ASSERT_TRUE(succeeds(cluster));
    EXPECT_EQ(cluster->nodes.at("n6"), false);
    EXPECT_EQ(cluster->nodes.size(), 6u);
}

TEST(SlurmCluster, APartitionWhoseNodesAreNotAllNamedIsRefused) {
    EXPECT_TRUE(fails_with(parse_cluster("", "PartitionName=p Nodes=n[1-3] TotalNodes=4"),
                           Code::X209, "partition 'p' names 3 nodes, its TotalNodes is '4'"));
    EXPECT_TRUE(fails_with(parse_cluster("", "PartitionName=p Nodes=n[1-3]"), Code::X209));
    EXPECT_TRUE(fails_with(parse_cluster("", "PartitionName=p Nodes=n[1-3 TotalNodes=3"),
                           Code::X209, "n[1-3"));
}

TEST(SlurmCluster, ReadsSettings) {
    const auto settings = parse_settings("Configuration data as of 2026-11-21T09:30:00\n"
                                         "SLURM_CONF              = /etc/slurm/slurm.conf\n"
                                         "SLURM_VERSION           = 22.05.8\n"
                                         "TopologyPlugin          = topology/tree\n");
    EXPECT_EQ(settings.conf, "/etc/slurm/slurm.conf");
    EXPECT_EQ(settings.version, 2205);
    EXPECT_EQ(settings.topology, "topology/tree");
    EXPECT_EQ(parse_settings("SLURM_VERSION = 26.05.0-rc1").version, 2605);
    for (const char* text : {"", "SLURM_VERSION = ", "SLURM_VERSION = 22", "SLURM_VERSION = x.y",
                             "SLURM_VERSION = 999999999999.1"})
        EXPECT_EQ(parse_settings(text).version, 0) << text;
}

TEST(SlurmCluster, ReadsJobsOfEachNode) {
    const auto jobs = parse_jobs("12|n[1-2]\n13_4|n2\n14|\nrubbish\n15|n[\n");
    ASSERT_EQ(jobs.size(), 2u);
    EXPECT_EQ(jobs.at("n1"), Names{"12"});
    EXPECT_EQ(jobs.at("n2"), (Names{"12", "13_4"}));
}

} // namespace placement_slurm_cluster_test
} // namespace fairlead::placement
