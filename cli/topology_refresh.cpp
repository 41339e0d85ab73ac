/// fairlead topology refresh: asks EC2 where the instances of nodes lie in its network

#include "aws/client.hpp"
#include "aws/ec2.hpp"
#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cli/topology.hpp"
#include "placement/ask_slurm.hpp"
#include "placement/hostlist.hpp"
#include "placement/records.hpp"
#include "state/placement_word.hpp"

#include <algorithm>
#include <ctime>
#include <memory>
#include <set>

namespace fairlead::cli {
namespace {

/// Ten calls for 1,000 nodes, and patience with EC2's throttling.
constexpr auto ec2_deadline = std::chrono::seconds(60);

/// Records of instances that are gone stay, and EC2 does not know them: where Slurm answers, nodes
/// that are powered down are not asked about.
void leave_out_what_is_down(const config::Config& config, placement::Records& records) {
    const auto cluster = placement::ask_cluster(config.scontrol);
    if (!cluster)
        return;
    std::erase_if(records.records, [&cluster](const state::NodeRecord& record) {
        const auto node = cluster->nodes.find(record.node);
        return node == cluster->nodes.end() || !node->second;
    });
}

/// What was read, and a sentence about what was asked for and is not there.
Result<placement::Records> records_of(const std::string& list, const config::Config& config) {
    if (list.empty()) {
        auto records = placement::read_records(config.state_dir);
        leave_out_what_is_down(config, records);
        return records;
    }
    const auto nodes = expand_host_list(list);
    if (!nodes)
        return fail(Code::X301, "--nodes is '{}'; expected a host list such as n[1-4]",
                    printable(list));
    return placement::read_records(config.state_dir, *nodes);
}

/// The groups that EC2's answers name, and those of the instances of which it has no topology.
std::vector<std::string> groups_of(const placement::Records& records,
                                   const std::vector<aws::InstanceTopology>& instances) {
    std::set<std::string> ids, names;
    for (const aws::InstanceTopology& instance : instances) {
        ids.insert(instance.id);
        names.insert(instance.group);
    }
    for (const state::NodeRecord& record : records.records)
        if (!ids.contains(record.instance.id))
            names.insert(placement::recorded_place(record).group.value_or(""));
    names.erase("");
    return {names.begin(), names.end()};
}

Result<placement::Snapshot> ask_ec2(const placement::Records& records, aws::Client& client) {
    std::vector<std::string> ids;
    for (const state::NodeRecord& record : records.records)
        ids.push_back(record.instance.id);
    const auto instances = aws::instance_topology(client, ids);
    if (!instances)
        return std::unexpected(instances.error());
    const auto named = groups_of(records, *instances);
    auto groups =
        named.empty() ? std::vector<aws::PlacementGroup>{} : aws::placement_groups(client, named);
    if (!groups)
        return std::unexpected(groups.error());
    return placement::snapshot_of(records.records, *instances, *groups, client.region());
}

void print_summary(const placement::Snapshot& snapshot) {
    const auto placed = std::ranges::count_if(
        snapshot.nodes, [](const auto& entry) { return !entry.second.path.empty(); });
    fmt::print("{} nodes asked about, {} have a place in the network of {}\n",
               snapshot.nodes.size(), placed, snapshot.region);
}

Result<void> refresh(const std::string& list, const Session& session) {
    const auto config = trusted_config(session);
    if (!config)
        return std::unexpected(config.error());
    const auto records = records_of(list, *config);
    if (!records)
        return std::unexpected(records.error());
    auto client = aws::open_client(*config, ec2_deadline);
    if (!client)
        return std::unexpected(client.error());
    const auto snapshot = ask_ec2(*records, *client);
    if (!snapshot)
        return std::unexpected(snapshot.error());
    const auto file = placement::snapshot_file(config->state_dir);
    if (auto merged = placement::merge_into(file, *snapshot); !merged)
        return std::unexpected(merged.error());
    state::tidy_placement_words(config->state_dir, std::time(nullptr));
    print_summary(*snapshot);
    if (list.empty() || records->without.empty())
        return {};
    return fail(Code::E221, "no record says which instance {} is; run `fairlead node scan` there",
                printable(placement::compress(records->without), 200));
}

} // namespace

void add_topology_refresh(CLI::App& topology, Session& session) {
    auto nodes = std::make_shared<std::string>();
    CLI::App* command = topology.add_subcommand(
        "refresh", "ask EC2 where nodes lie in its network and keep the answer in state_dir");
    command->add_option("--nodes", *nodes,
                        "host list (default: all nodes that left a record and are not powered "
                        "down)");
    command->callback([nodes, &session] {
        if (auto done = refresh(*nodes, session); !done)
            session.report(done.error());
    });
}

} // namespace fairlead::cli
