/// From what nodes and EC2 said to Slurm's topology files, for a cluster of 1,000 nodes.

#include "aws/ec2.hpp"
#include "base/files.hpp"
#include "placement/records.hpp"
#include "placement/slurm_files.hpp"
#include "placement/verdict.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>

namespace fairlead {
namespace {

using namespace placement;

constexpr int nodes = 1000;

std::string name_of(int number) { return fmt::format("hpc-dy-hpc7a-{}", number + 1); }
std::string instance_of(int number) { return fmt::format("i-{:017x}", number); }

/// Two zones; 16 nodes under a leaf, 8 leaves under a network node, 4 of these under the next.
Snapshot snapshot_of_all() {
    Snapshot snapshot{"2026-11-21T09:30:00Z", "us-east-2", {}};
    for (int number = 0; number < nodes; ++number) {
        const int leaf = number / 16, middle = leaf / 8, zone = number < nodes / 2 ? 1 : 2;
        snapshot.nodes[name_of(number)] = {
            .instance = instance_of(number),
            .type = "hpc7a.96xlarge",
            .path = {fmt::format("nn-a{:016x}", zone * 10 + middle / 4),
                     fmt::format("nn-b{:016x}", zone * 100 + middle),
                     fmt::format("nn-c{:016x}", zone * 1000 + leaf)},
            .group = fmt::format("pcluster-hpc-{}", zone),
            .strategy = "cluster",
            .zone = fmt::format("us-east-2{}", zone == 1 ? 'a' : 'b'),
            .zone_id = fmt::format("use2-az{}", zone)};
    }
    return snapshot;
}

Cluster cluster_of_all() {
    Cluster cluster{{}, {{"hpc", {}}}};
    for (int number = 0; number < nodes; ++number) {
        cluster.nodes.emplace(name_of(number), number % 20 != 0);
        cluster.partitions.front().nodes.push_back(name_of(number));
    }
    return cluster;
}

/// state_dir as 1,000 nodes and a refresh leave it.
struct State {
    test::TempFolder folder;

    State() {
        for (int number = 0; number < nodes; ++number) {
            state::NodeRecord record{};
            record.node = name_of(number);
            record.instance = {"hpc7a.96xlarge", instance_of(number)};
            record.efa = {{"rdmap49s0", "0000:31:00.0"}, {"rdmap161s0", "0000:a1:00.0"}};
            folder.write("nodes/" + record.node + ".json", state::encode(record));
        }
        folder.write("topology.json", encode(snapshot_of_all()));
    }
};

const std::filesystem::path& state_dir() {
    static const State state;
    return state.folder.path();
}

std::string element(std::string_view name, std::string_view text) {
    return fmt::format("<{0}>{1}</{0}>", name, text);
}

std::string item_of(const Place& place) {
    std::string path;
    for (const std::string& node : place.path)
        path += element("item", node);
    return element("item", element("instanceId", place.instance) +
                               element("instanceType", place.type) +
                               element("groupName", place.group) + element("networkNodeSet", path) +
                               element("availabilityZone", place.zone) +
                               element("zoneId", place.zone_id) + "<capacityBlockId/>");
}

/// What EC2 answers to ten calls for a hundred instances each.
std::vector<std::string> pages_of_all() {
    constexpr int on_a_page = 100;
    const auto snapshot = snapshot_of_all();
    std::vector<std::string> pages;
    for (int first = 0; first < nodes; first += on_a_page) {
        std::string items;
        for (int number = first; number < first + on_a_page; ++number)
            items += item_of(snapshot.nodes.at(name_of(number)));
        pages.push_back(element("DescribeInstanceTopologyResponse", element("instanceSet", items)));
    }
    return pages;
}

/// `fairlead topology refresh` once EC2 has answered: the pages read, joined with the records of
/// the nodes, merged into the snapshot and written.
bool take_in(const std::vector<std::string>& pages) {
    std::vector<aws::InstanceTopology> instances;
    for (const std::string& page : pages) {
        auto read = aws::read_topology_page(page);
        if (!read)
            return false;
        std::ranges::move(*read, std::back_inserter(instances));
    }
    const std::vector<aws::PlacementGroup> groups{{"pcluster-hpc-1", "cluster", "available"},
                                                  {"pcluster-hpc-2", "cluster", "available"}};
    const auto records = read_records(state_dir());
    const auto update = snapshot_of(records.records, instances, groups, "us-east-2");
    return update && instances.size() == nodes &&
           merge_into(snapshot_file(state_dir()), *update).has_value();
}

/// All that `fairlead topology write` does but for asking scontrol: both files, fsync and all.
bool write_both(const Cluster& cluster) {
    const auto snapshot = read_snapshot(snapshot_file(state_dir()));
    const auto instances = instances_of(read_records(state_dir()));
    const auto layout = lay_out(cluster, *snapshot, instances, {});
    return check_complete(layout, cluster) &&
           write_atomic(state_dir() / "topology.conf", topology_conf(layout), 0644) &&
           write_atomic(state_dir() / "topology.yaml", topology_yaml(layout), 0644);
}

void write_files(benchmark::State& state) {
    const auto cluster = cluster_of_all();
    for (auto _ : state)
        if (!write_both(cluster))
            state.SkipWithError("not written");
}

/// From EC2's answers to Slurm's files: refresh and write, one after the other.
void from_pages(benchmark::State& state) {
    const auto cluster = cluster_of_all();
    const auto pages = pages_of_all();
    for (auto _ : state)
        if (!take_in(pages) || !write_both(cluster))
            state.SkipWithError("not written");
}

void read_pages(benchmark::State& state) {
    const auto pages = pages_of_all();
    for (auto _ : state)
        for (const std::string& page : pages)
            benchmark::DoNotOptimize(aws::read_topology_page(page));
}

void read_records_of_all(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(read_records(state_dir()));
}

void read_snapshot_of_all(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(read_snapshot(snapshot_file(state_dir())));
    state.counters["bytes"] =
        static_cast<double>(std::filesystem::file_size(snapshot_file(state_dir())));
}

void texts(benchmark::State& state) {
    const auto cluster = cluster_of_all();
    const auto snapshot = snapshot_of_all();
    for (auto _ : state) {
        const auto layout = lay_out(cluster, snapshot, {}, {});
        benchmark::DoNotOptimize(topology_conf(layout));
        benchmark::DoNotOptimize(topology_yaml(layout));
    }
}

/// A job of the whole cluster that violates, which is the dearest verdict.
void judge_all(benchmark::State& state) {
    const auto snapshot = snapshot_of_all();
    std::vector<std::string> names;
    for (const auto& [name, place] : snapshot.nodes)
        names.push_back(name);
    const config::FabricDemand demand{.max_layer = 2};
    for (auto _ : state)
        benchmark::DoNotOptimize(judge(names, snapshot, demand, "partition 'hpc'"));
}

BENCHMARK(from_pages)->Name("topology_from_ec2/1000")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(read_pages)->Name("ec2_pages/1000")->Unit(benchmark::kMillisecond);
BENCHMARK(write_files)->Name("topology_write/1000")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(read_records_of_all)->Name("node_records/1000")->Unit(benchmark::kMillisecond);
BENCHMARK(read_snapshot_of_all)->Name("snapshot/1000")->Unit(benchmark::kMillisecond);
BENCHMARK(texts)->Name("topology_texts/1000")->Unit(benchmark::kMillisecond);
BENCHMARK(judge_all)->Name("judge/1000")->Unit(benchmark::kMillisecond);

} // namespace
} // namespace fairlead

BENCHMARK_MAIN();
