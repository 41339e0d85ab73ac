#include "placement/slurm_files.hpp"

#include "expect_error.hpp"
#include "networks.hpp"
#include "source_dir.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
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
        EXPECT_TRUE(succeeds(check_complete(lay_out(cluster, snapshot, {}, {}), cluster))) << seed;
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
