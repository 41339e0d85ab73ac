#include "cost/nodes.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_nodes_test {

using test::fails_with;
using test::succeeds;

const std::string header = "nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n";

TEST(Nodes, AreFoundByTheirNames) {
    const auto nodes = Nodes::parse(header + "c7a-[1-3,10],c7a.large,OnDemand,us-east-2,,2,4096,\n"
                                             "\"gpu-1,gpu-2\",p5.48xlarge,,,us-east-2b,192,,8\n",
                                    "n.csv");
    ASSERT_TRUE(succeeds(nodes));
    EXPECT_EQ(nodes->find("c7a-10"), 0u);
    EXPECT_EQ(nodes->find("gpu-2"), 1u);
    EXPECT_EQ(nodes->find("c7a-4"), std::nullopt);
    const NodeKind& c7a = nodes->kinds()[0];
    EXPECT_EQ(c7a.key.instance_type, "c7a.large");
    EXPECT_EQ(c7a.key.purchase, "OnDemand") << "as written";
    EXPECT_EQ(c7a.key.az, "");
    EXPECT_EQ(c7a.key.os, "linux");
    EXPECT_EQ(c7a.capacity.cpus, 2);
    EXPECT_EQ(c7a.capacity.memory_mb, 4096);
    EXPECT_EQ(c7a.capacity.gpus, std::nullopt);
    EXPECT_EQ(nodes->kinds()[1].capacity.gpus, 8);
}

TEST(Nodes, AreTakenAsSpreadsheetsWriteThem) {
    const auto nodes =
        Nodes::parse("\xef\xbb\xbfNodes,Instance_Type,PURCHASE,region,az,rack,Memory_MB,,\r\n"
                     "c-[1-100000],c7a.large,spot,,,2,4096.125,,\r\n",
                     "n.csv");
    ASSERT_TRUE(succeeds(nodes));
    EXPECT_EQ(nodes->find("c-100000"), 0u);
    EXPECT_EQ(nodes->kinds()[0].capacity.cpus, std::nullopt);
    EXPECT_EQ(nodes->kinds()[0].capacity.memory_mb, 4096);
    EXPECT_EQ(nodes->kinds()[0].capacity.memory_rest, 125);
    EXPECT_EQ(nodes->notes(), std::vector<std::string>{"n.csv:1: column 'rack' is ignored"});
    EXPECT_TRUE(fails_with(Nodes::parse("nodes,instance_type,purchase,region,az,gpu\n", "n.csv"),
                           Code::C104, "did you mean 'gpus'"));
}

TEST(Nodes, NeedNoSizes) {
    const auto nodes =
        Nodes::parse("az,nodes,instance_type,region,purchase\n,n1,c7a.large,,spot\n", "n.csv");
    ASSERT_TRUE(succeeds(nodes));
    EXPECT_EQ(nodes->kinds()[0].capacity.cpus, std::nullopt);
    EXPECT_EQ(nodes->kinds()[0].key.purchase, "spot");
}

TEST(Nodes, MistakesAreNamedWithTheirLines) {
    const std::pair<const char*, const char*> wrong[] = {
        {"n[1-,c7a.large,,,,,,\n", "n.csv:2:"},
        {",c7a.large,,,,,,\n", "n.csv:2: nodes is ''"},
        {"n1,a,,,,,,\nn[0-2],b,,,,,,\n", "n.csv:3: node n1 is already at line 2"},
        {"n1,a,,,,two,,\n", "n.csv:2: cpus is 'two'"},
        {"n1,a,,,,1,-4,\n", "n.csv:2: memory_mb is '-4'"},
        {"n1,a,,,,1,4.5555,\n", "n.csv:2: memory_mb is '4.5555'"},
        {"n[1-1000001],a,,,,1,,\n", "at most 1000000 nodes in all"},
        {"n[1-999999999999],a,,,,1,,\n", "at most 1000000 nodes in all"},
        {"n[1-600000],a,,,,,,\nm[1-600000],a,,,,,,\n", "n.csv:3: nodes is 'm[1-600000]'"},
        {"n1,a,,,,1,,99999999999\n", "n.csv:2: gpus is"},
    };
    for (const auto& [row, message] : wrong)
        EXPECT_TRUE(fails_with(Nodes::parse(header + row, "n.csv"), Code::C104, message)) << row;
    EXPECT_TRUE(fails_with(Nodes::parse("nodes,instance_type\n", "n.csv"), Code::C104,
                           "column purchase is missing"));
    EXPECT_TRUE(fails_with(Nodes::load("/nonexistent/n.csv"), Code::X101));
}

} // namespace cost_nodes_test
} // namespace fairlead::cost
