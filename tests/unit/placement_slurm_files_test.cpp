#include "placement/slurm_files.hpp"

#include "base/host_list.hpp"

#include "expect_error.hpp"
#include "networks.hpp"
#include "source_dir.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>
#include <yaml-cpp/yaml.h>

namespace fairlead::placement {
namespace placement_slurm_files_test {

using test::fails_with;
using test::succeeds;

std::string golden(const char* name) {
    return test::content_of(test::source_dir() / "tests/fixtures/networks" / name);
}

Layout two_zones() { return lay_out(test::eight_nodes(), test::two_zones(), {}, {}); }

TEST(SlurmFiles, TopologyConf) { EXPECT_EQ(topology_conf(two_zones()), golden("two-zones.conf")); }

TEST(SlurmFiles, TopologyYaml) { EXPECT_EQ(topology_yaml(two_zones()), golden("two-zones.yaml")); }

TEST(SlurmFiles, TheVersionChoosesTheFile) {
    EXPECT_EQ(format_of(2205), SlurmFormat::Conf);
    EXPECT_EQ(format_of(2411), SlurmFormat::Conf);
    EXPECT_EQ(format_of(2505), SlurmFormat::Yaml);
    EXPECT_EQ(format_of(2605), SlurmFormat::Yaml);
}

TEST(SlurmFiles, TheSmallestLeafGivesTheBlockSize) {
    Snapshot snapshot;
    Cluster cluster;
    for (int number = 1; number <= 7; ++number) {
        const std::string node = "n" + std::to_string(number);
        snapshot.nodes[node] = test::place({"nn-1", number <= 4 ? "nn-2" : "nn-3"});
        cluster.nodes.emplace(node, true);
    }
    const auto yaml = YAML::Load(topology_yaml(lay_out(cluster, snapshot, {}, {})));
    EXPECT_EQ(yaml[1]["block"]["block_sizes"][0].as<int>(), 3);
    EXPECT_EQ(yaml[1]["block"]["blocks"].size(), 2u);
}

using Names = std::vector<std::string>;

void add_hosts(const std::string& list, Names& nodes) {
    const auto hosts = expand_host_list(list);
    ASSERT_TRUE(hosts) << list;
    nodes.insert(nodes.end(), hosts->begin(), hosts->end());
}

/// What topology.conf gives to its leaves, sorted.
Names nodes_in_conf(const std::string& text) {
    Names nodes;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (const auto at = line.find(" Nodes="); at != std::string::npos)
            add_hosts(line.substr(at + 7), nodes);
    std::ranges::sort(nodes);
    return nodes;
}

/// What a list of topology.yaml gives to its leaves, sorted.
Names nodes_in_yaml(const YAML::Node& list) {
    Names nodes;
    for (const auto& entry : list)
        if (entry["nodes"])
            add_hosts(entry["nodes"].as<std::string>(), nodes);
    std::ranges::sort(nodes);
    return nodes;
}

TEST(SlurmFiles, EveryNodeIsInTheFileExactlyOnce) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        test::RandomNetwork random(seed);
        const Snapshot snapshot = random.snapshot(1 + random.below(40), true);
        Cluster cluster;
        Partition partition{"p", {}};
        for (int number = 1; number <= 40; ++number) {
            const std::string node = "n" + std::to_string(number);
            cluster.nodes.emplace(node, random.below(5) > 0);
            partition.nodes.push_back(node);
        }
        cluster.partitions.push_back(partition);
        const Layout layout = lay_out(cluster, snapshot, {}, {});
        EXPECT_TRUE(succeeds(check_complete(layout, cluster))) << seed;
        std::ranges::sort(partition.nodes);
        EXPECT_EQ(nodes_in_conf(topology_conf(layout)), partition.nodes) << seed;
        const auto yaml = YAML::Load(topology_yaml(layout));
        EXPECT_EQ(nodes_in_yaml(yaml[0]["tree"]["switches"]), partition.nodes) << seed;
        EXPECT_EQ(nodes_in_yaml(yaml[1]["block"]["blocks"]), partition.nodes) << seed;
    }
}

TEST(SlurmFiles, AMissingNodeIsNamed) {
    Cluster cluster = test::eight_nodes();
    const Layout layout = lay_out(cluster, test::two_zones(), {}, {});
    EXPECT_TRUE(succeeds(check_complete(layout, cluster)));
    cluster.nodes.emplace("n9", true);
    cluster.nodes.emplace("n10", false);
    EXPECT_TRUE(fails_with(check_complete(layout, cluster), Code::X209, "n[9-10]"));
}

TEST(SlurmFiles, ANodeThatIsThereTwiceIsNamed) {
    const Layout layout{{{"a", {}, {"n1"}}, {"b", {}, {"n1"}}}, {}};
    EXPECT_TRUE(fails_with(check_complete(layout, {{{"n1", true}}, {}}), Code::X209, "n1"));
}

} // namespace placement_slurm_files_test
} // namespace fairlead::placement
