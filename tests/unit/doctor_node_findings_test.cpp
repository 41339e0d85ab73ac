#include "doctor/node_findings.hpp"

#include <gtest/gtest.h>

namespace fairlead::doctor {
namespace doctor_node_findings_test {

constexpr std::string_view nodes_text =
    "NodeName=n1 Arch=x86_64 CPUAlloc=0 AvailableFeatures=efa,amd ActiveFeatures=efa "
    "Version=22.05.8 OS=Linux State=IDLE ThreadsPerCore=1 Partitions=hpc,all \n"
    "NodeName=n2 AvailableFeatures=efa Version=22.05.8 State=IDLE+DRAIN Partitions=hpc "
    "Reason=efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201] [root@2026-11-20T08:00:00]\n"
    "NodeName=n3 AvailableFeatures=(null) Version=24.11.5 State=MIXED Partitions=hpc Reason=mine "
    "State=DOWN\n"
    "NodeName=n4 Version=(null) State=IDLE+CLOUD+POWERED_DOWN Partitions=cloud\n"
    "NodeName=../x State=IDLE\nslurm_load_node error\n";

catalog::Catalog catalog() {
    return catalog::Catalog::parse(std::string(catalog::header) +
                                       "\nhpc7a.96xlarge,192,192,1,4,768,2,2,300,0,x86_64\n",
                                   "types.csv")
        .value();
}

config::Config config_of_hpc() {
    config::Config config;
    config.partitions["hpc"].fabric.efa = config::EfaNeed::Required;
    return config;
}

placement::Records records_of(const std::vector<std::pair<const char*, const char*>>& types) {
    placement::Records records;
    for (const auto& [node, type] : types) {
        state::NodeRecord record;
        record.node = node;
        record.instance.type = type;
        records.records.push_back(record);
    }
    return records;
}

/// "PROBLEM what" of each.
std::vector<std::string> shown(const Findings& findings) {
    std::vector<std::string> lines;
    for (const Finding& finding : findings)
        lines.push_back(std::string(to_string(finding.health)) + " " + finding.what);
    return lines;
}
using Lines = std::vector<std::string>;

TEST(SlurmNodes, AreReadFromScontrol) {
    const auto nodes = setup::parse_nodes(nodes_text);
    ASSERT_EQ(nodes.size(), 4u);
    EXPECT_EQ(nodes[0].features, (std::vector<std::string>{"efa", "amd"}));
    EXPECT_EQ(nodes[0].partitions, (std::vector<std::string>{"hpc", "all"}));
    EXPECT_EQ(nodes[0].version, "22.05.8");
    EXPECT_TRUE(nodes[1].is("DRAIN") && !nodes[1].is("DRAINED"));
    EXPECT_EQ(nodes[2].state, "MIXED") << "not what somebody wrote into a reason";
    EXPECT_TRUE(nodes[2].features.empty());
}

TEST(SlurmNodes, PartitionsAreToo) {
    const auto partitions = setup::parse_partitions(
        "PartitionName=hpc AllowGroups=ALL Default=YES Nodes=n[1-2],m3 TotalNodes=3\n"
        "PartitionName=none Default=NO Nodes=(null)\nfoo\n");
    ASSERT_EQ(partitions.size(), 2u);
    EXPECT_TRUE(partitions[0].is_default && !partitions[1].is_default);
    EXPECT_EQ(partitions[0].nodes, (std::vector<std::string>{"n1", "n2", "m3"}));
    EXPECT_TRUE(partitions[1].nodes.empty());
}

TEST(DoctorNodes, ASlurmdOfAnotherReleaseIsAProblem) {
    EXPECT_EQ(shown(version_findings(setup::parse_nodes(nodes_text), "22.05")),
              Lines{"PROBLEM n3 runs slurmd 24.11.5, and this Fairlead is for 22.05"});
    EXPECT_EQ(version_findings(setup::parse_nodes(nodes_text), "24.11").size(), 1u);
}

TEST(DoctorNodes, WhatFairleadDrainedIsToldWithWhatToDo) {
    const auto findings = drain_findings(setup::parse_nodes(nodes_text));
    EXPECT_EQ(shown(findings),
              Lines{"PROBLEM n2 was taken out of service: EFA interface missing on a node"});
    EXPECT_EQ(findings.front().code, Code::E201);
    EXPECT_EQ(findings.front().fix, entry_of(Code::E201).action);
}

TEST(DoctorNodes, ANodeThatWasResumedMayKeepTheReason) {
    EXPECT_TRUE(
        drain_findings(setup::parse_nodes("NodeName=n1 State=IDLE Reason=efa [FL-E201] [root@x]"))
            .empty());
}

TEST(DoctorNodes, AReasonOfOthersIsTheirs) {
    for (const char* reason : {"bad disk", "[FL-", "[FL-E999]", "]FL-E201["})
        EXPECT_TRUE(drain_findings(
                        setup::parse_nodes("NodeName=n1 State=DRAIN Reason=" + std::string(reason)))
                        .empty())
            << reason;
}

TEST(DoctorNodes, NodesOfAPartitionWithEfaHaveTheFeature) {
    const auto lines =
        shown(fabric_findings(setup::parse_nodes(nodes_text), config_of_hpc(), {}, catalog()));
    EXPECT_EQ(lines, Lines{"PROBLEM partition hpc requires EFA, and n3 lacks Feature=efa: no job "
                           "that requires EFA starts there"});
    config::Config off = config_of_hpc();
    off.partitions["hpc"].mode = config::Mode::Off;
    EXPECT_TRUE(fabric_findings(setup::parse_nodes(nodes_text), off, {}, catalog()).empty());
}

TEST(DoctorNodes, AndATypeThatTheConfigurationKnows) {
    const auto nodes = setup::parse_nodes(
        "NodeName=n1 AvailableFeatures=efa Partitions=hpc\nNodeName=n2 AvailableFeatures=efa "
        "Partitions=hpc\nNodeName=n3 AvailableFeatures=efa Partitions=hpc");
    const auto records =
        records_of({{"n1", "hpc7a.96xlarge"}, {"n2", "m5.large"}, {"n3", "m5.large"}});
    EXPECT_EQ(shown(fabric_findings(nodes, config_of_hpc(), records, catalog())),
              Lines{"PROBLEM partition hpc: n[2-3] is m5.large, which has no EFA"});
    auto config = config_of_hpc();
    config.partitions["hpc"].instance_types = {"hpc6a.48xlarge"};
    EXPECT_EQ(fabric_findings(nodes, config, records, catalog()).size(), 2u);
    config.partitions["hpc"].instance_types = {"hpc7a.96xlarge", "m5.large"};
    EXPECT_EQ(fabric_findings(nodes, config, records, catalog()).size(), 1u);
}

TEST(DoctorNodes, NodesThatAreUpHaveARecord) {
    const auto nodes = setup::parse_nodes(nodes_text);
    const auto records = records_of({{"n1", "hpc7a.96xlarge"}});
    const auto findings = record_findings(nodes, records, true);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].health, Health::Problem);
    EXPECT_TRUE(findings[0].what.starts_with("n[2-3] left no record")) << findings[0].what;
    EXPECT_EQ(record_findings(nodes, records, false)[0].health, Health::Advice);
}

} // namespace doctor_node_findings_test
} // namespace fairlead::doctor
