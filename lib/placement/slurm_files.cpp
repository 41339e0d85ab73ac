#include "placement/slurm_files.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "placement/hostlist.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <iterator>
#include <yaml-cpp/yaml.h>

namespace fairlead::placement {
namespace {

constexpr const char* heading =
    "# Written by `fairlead topology write`, which replaces it when the network changes.\n";
constexpr int first_yaml_version = 2505;

void list_switches(const std::vector<Branch>& branches, std::vector<const Branch*>& switches) {
    for (const Branch& branch : branches) {
        list_switches(branch.branches, switches);
        switches.push_back(&branch);
    }
}

/// All network nodes and groups, children before their parents.
std::vector<const Branch*> switches_of(const Layout& layout) {
    std::vector<const Branch*> switches;
    list_switches(layout.roots, switches);
    return switches;
}

std::vector<std::string> names_of(const std::vector<Branch>& branches) {
    std::vector<std::string> names;
    for (const Branch& branch : branches)
        names.push_back(branch.name);
    return names;
}

/// Names of switches are not compressed: "nn-0a1" and "nn-0a2" would read badly as a range.
std::string children_of(const Branch& branch) {
    return fmt::format("{}", fmt::join(names_of(branch.branches), ","));
}

void emit_tree(YAML::Emitter& out, const std::vector<const Branch*>& switches) {
    out << YAML::BeginMap << YAML::Key << "topology" << YAML::Value << "network" << YAML::Key
        << "cluster_default" << YAML::Value << true << YAML::Key << "tree" << YAML::Value
        << YAML::BeginMap << YAML::Key << "switches" << YAML::Value << YAML::BeginSeq;
    for (const Branch* branch : switches) {
        out << YAML::BeginMap << YAML::Key << "switch" << YAML::Value << branch->name;
        if (branch->nodes.empty())
            out << YAML::Key << "children" << YAML::Value << children_of(*branch);
        else
            out << YAML::Key << "nodes" << YAML::Value << compress(branch->nodes);
        out << YAML::EndMap;
    }
    out << YAML::EndSeq << YAML::EndMap << YAML::EndMap;
}

void emit_blocks(YAML::Emitter& out, const std::vector<const Branch*>& switches) {
    std::size_t smallest = most_hosts;
    for (const Branch* branch : switches)
        if (!branch->nodes.empty())
            smallest = std::min(smallest, branch->nodes.size());
    out << YAML::BeginMap << YAML::Key << "topology" << YAML::Value << "blocks" << YAML::Key
        << "cluster_default" << YAML::Value << false << YAML::Key << "block" << YAML::Value
        << YAML::BeginMap << YAML::Key << "block_sizes" << YAML::Value << YAML::BeginSeq << smallest
        << YAML::EndSeq << YAML::Key << "blocks" << YAML::Value << YAML::BeginSeq;
    for (const Branch* branch : switches)
        if (!branch->nodes.empty())
            out << YAML::BeginMap << YAML::Key << "block" << YAML::Value << branch->name
                << YAML::Key << "nodes" << YAML::Value << compress(branch->nodes) << YAML::EndMap;
    out << YAML::EndSeq << YAML::EndMap << YAML::EndMap;
}

} // namespace

SlurmFormat format_of(int slurm_version) {
    return slurm_version >= first_yaml_version ? SlurmFormat::Yaml : SlurmFormat::Conf;
}

std::string topology_conf(const Layout& layout) {
    std::string text = heading;
    for (const Branch* branch : switches_of(layout)) {
        const bool leaf = !branch->nodes.empty();
        fmt::format_to(std::back_inserter(text), "SwitchName={} {}={}\n", branch->name,
                       leaf ? "Nodes" : "Switches",
                       leaf ? compress(branch->nodes) : children_of(*branch));
    }
    return text;
}

std::string topology_yaml(const Layout& layout) {
    const auto switches = switches_of(layout);
    YAML::Emitter out;
    out << YAML::BeginSeq;
    emit_tree(out, switches);
    emit_blocks(out, switches);
    out << YAML::EndSeq;
    return std::string(heading) + "---\n" + out.c_str() + "\n";
}

Result<void> check_complete(const Layout& layout, const Cluster& cluster) {
    std::vector<std::string> present, wanted, missing;
    for (const Branch* branch : switches_of(layout))
        present.insert(present.end(), branch->nodes.begin(), branch->nodes.end());
    std::ranges::sort(present);
    for (const auto& [node, up] : cluster.nodes)
        wanted.push_back(node);
    std::ranges::set_symmetric_difference(wanted, present, std::back_inserter(missing));
    if (missing.empty())
        return {};
    return fail(Code::X209, "not exactly once in the topology: {}",
                printable(compress(missing), 200));
}

} // namespace fairlead::placement
