#include "cost/node_list.hpp"

#include "cost/pricing.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_node_list_test {

setup::SlurmNode node(std::string name, std::vector<std::string> features) {
    return {.name = std::move(name), .features = std::move(features)};
}

TEST(NodeList, TypeAndOptionAreThoseOfTheFeaturesThatNameThem) {
    const NodeList list = list_nodes({node("q-1", {"dynamic", "c5.xlarge", "q-c5xlarge", "spot"}),
                                      node("q-2", {"dynamic", "c5.xlarge", "spot"}),
                                      node("m", {"u-6tb1.metal", "ondemand"}),
                                      node("b", {"p5.48xlarge", "capacity-block"})},
                                     {}, "us-east-2");
    EXPECT_EQ(list.csv, "nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n"
                        "q-[1-2],c5.xlarge,spot,us-east-2,,,,\n"
                        "b,p5.48xlarge,capacity-block,us-east-2,,,,\n"
                        "m,u-6tb1.metal,on-demand,us-east-2,,,,\n");
    EXPECT_TRUE(list.unknown.empty() && list.assumed.empty());
}

TEST(NodeList, ItsOwnRecordTellsMoreThanItsFeatures) {
    placement::Records records;
    state::NodeRecord record;
    record.node = "q-1";
    record.instance.type = "c6i.large";
    record.facts.availability_zone = "us-east-2b";
    record.facts.lifecycle = "spot";
    records.records.push_back(record);
    auto seen = node("q-1", {"c5.xlarge", "on-demand"});
    seen.cpus = 2;
    seen.memory_mb = 3800;
    seen.gpus = 1;
    EXPECT_EQ(list_nodes({seen}, records, "").csv,
              "nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n"
              "q-1,c6i.large,spot,,us-east-2b,2,3800,1\n");
}

TEST(NodeList, WhatNobodySaysIsTold) {
    const NodeList list = list_nodes(
        {node("a", {"c5.xlarge"}), node("b", {"big", "v1.0", ".large", "10.large"}), node("c", {})},
        {}, "");
    EXPECT_EQ(list.assumed, std::vector<std::string>{"a"});
    EXPECT_EQ(list.unknown, (std::vector<std::string>{"b", "c"}));
    EXPECT_TRUE(list.csv.ends_with("\na,c5.xlarge,on-demand,,,,,\n")) << list.csv;
}

TEST(NodeList, IsReadAsItIsWritten) {
    const NodeList list = list_nodes(
        {node("q-1", {"c5.xlarge"}), node("head", {"c5.xlarge"}), node("r", {"p5.48xlarge"})}, {},
        "eu-west-1");
    const auto nodes = Nodes::parse(list.csv, "nodes.csv");
    ASSERT_TRUE(nodes.has_value()) << to_string(nodes.error());
    EXPECT_EQ(nodes->kinds()[*nodes->find("head")].key.instance_type, "c5.xlarge");
    EXPECT_EQ(nodes->find("head"), nodes->find("q-1"));
    EXPECT_NE(nodes->find("head"), nodes->find("r"));
}

TEST(NodeList, SizesAreThoseThatSlurmHas) {
    const auto nodes = setup::parse_nodes(
        "NodeName=g1 Arch=x86_64 CPUAlloc=0 CPUTot=96 AvailableFeatures=efa,p5.48xlarge "
        "Gres=gpu:h100:8(S:0-1),gpu:1,nic:2 RealMemory=2000000 AllocMem=0 State=IDLE "
        "Partitions=gpu\n"
        "NodeName=c1 CPUTot=x Gres=(null) RealMemory=-1 State=IDLE\n");
    ASSERT_EQ(nodes.size(), 2u);
    EXPECT_EQ(nodes[0].cpus, 96);
    EXPECT_EQ(nodes[0].memory_mb, 2'000'000);
    EXPECT_EQ(nodes[0].gpus, 9);
    EXPECT_TRUE(nodes[1].cpus == 0 && nodes[1].memory_mb == 0 && nodes[1].gpus == 0);
}

/// A node of 96 CPUs of which daemons have two cores.
constexpr std::string_view specialised =
    "NodeName=n1 Arch=x86_64 CoresPerSocket=48 CPUAlloc=0 CPUEfctv=92 CPUTot=96 CoreSpecCount=2 "
    "CPUSpecList=92-95 ThreadsPerCore=2 AvailableFeatures=c7a.24xlarge,on-demand "
    "RealMemory=192000 MemSpecLimit=2000 State=IDLE\n";

TEST(NodeList, WhatDaemonsHaveIsNoJobs) {
    const auto nodes = setup::parse_nodes(specialised);
    ASSERT_EQ(nodes.size(), 1u);
    EXPECT_EQ(nodes[0].cpus, 92);
    EXPECT_EQ(nodes[0].memory_mb, 190'000);
}

TEST(NodeList, AJobThatHasANodeToItselfPaysAllOfIt) {
    const auto nodes = setup::parse_nodes(specialised);
    Pricer pricer(PriceBook::parse_csv("region,az,instance_type,os,purchase,valid_from,valid_to,"
                                       "price_per_hour,currency\n,,,,,,,3.6,USD\n",
                                       "b")
                      .value(),
                  Nodes::parse(list_nodes(nodes, {}, "").csv, "n").value());
    JobRun run{};
    run.job = "7";
    run.nodes = "n1";
    run.alloc_tres = "billing=92,cpu=92,mem=1G,node=1";
    run.start = Time(std::chrono::seconds(1'790'000'000));
    run.elapsed = std::chrono::hours(1);
    const auto cost = pricer.price(run);
    ASSERT_TRUE(cost.has_value()) << to_string(cost.error());
    EXPECT_EQ(cost->at(0).running, read_money("3.6").value());
}

} // namespace cost_node_list_test
} // namespace fairlead::cost
