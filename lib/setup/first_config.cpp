#include "setup/first_config.hpp"

#include "base/words.hpp"
#include "config/paths.hpp"
#include "placement/hostlist.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <set>

namespace fairlead::setup {
namespace {

constexpr std::string_view head =
    R"(# Fairlead's configuration, begun by `fairlead config init` from what Slurm said. The same file belongs
# on the controller, the login nodes and every compute node: mode 0644, root's own.
#
# Nothing is enforced: each mode is observe, which logs and counts what it would do
# (`fairlead policy status`). Every key is explained in fairlead.yaml(5).

schema: fairlead.config/1

# Whose word a node takes about a job: its own request (node), or the record that job_submit_fairlead
# admits (controller). Write controller once `fairlead enable --jobsubmit` is in force, and not before.
admission: node

# What must outlive a node. Put it on storage that the controller and all nodes share, writable for
# root on the nodes, and create it: Fairlead does not.
state_dir: /var/lib/fairlead
)";

constexpr std::string_view tail = R"(
# Rules for jobs: recipes are in policy-examples; `fairlead policy explain -- sbatch ...` tries them.
policy_mode: observe
# policy: []
)";

constexpr std::string_view budgets =
    R"(# Budgets of research groups. `fairlead cost groups --from-slurmdbd` prints a groups.yaml to begin with.
# cost:
#   mode: observe
#   groups: /etc/fairlead/groups.yaml
#   prices: /var/lib/fairlead/prices/prices.csv
#   nodes: /etc/fairlead/nodes.csv
#   ledger: /var/lib/fairlead/ledger.db
)";

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// A name as YAML takes it for a text: plain where it cannot be read as anything else.
std::string quoted(const std::string& name) {
    constexpr std::array<std::string_view, 8> words{"yes",  "no",    "on",   "off",
                                                    "true", "false", "null", "y"};
    const bool plain = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) &&
                       std::ranges::all_of(name, [](unsigned char c) {
                           return std::isalnum(c) || c == '-' || c == '_' || c == '.';
                       });
    std::string small = name;
    std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
    if (plain && small != "n" && std::ranges::find(words, small) == words.end())
        return name;
    return nlohmann::json(name).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string type_of(const SlurmNode& node, const std::map<std::string, std::string>& types,
                    const catalog::Catalog& catalog) {
    if (const auto known = types.find(node.name); known != types.end() && !known->second.empty())
        return known->second;
    const auto feature = std::ranges::find_if(
        node.features, [&](const std::string& word) { return catalog.find(word) != nullptr; });
    return feature == node.features.end() ? std::string{} : *feature;
}

std::string_view efa_of(const FoundPartition& partition) {
    if (partition.with_efa == 0)
        return "off";
    return partition.with_efa == partition.nodes.size() ? "required" : "preferred";
}

std::string lines_of(const FoundPartition& partition) {
    constexpr std::size_t longest = 80;
    std::string lines = fmt::format("  # Nodes ({}): {}\n  {}:\n    efa: {}\n    mode: observe\n",
                                    partition.nodes.size(),
                                    printable(placement::compress(partition.nodes), longest),
                                    quoted(partition.name), efa_of(partition));
    if (partition.with_efa > 0 && partition.with_efa < partition.nodes.size())
        lines += fmt::format("    # {} of them have EFA\n", partition.with_efa);
    if (!partition.types.empty())
        lines += fmt::format("    instance_types: [{}]\n", fmt::join(partition.types, ", "));
    else if (partition.with_efa > 0)
        lines += "    # instance_types: []   # without it no job is refused at submission\n";
    return lines;
}

std::string accounts_of(const Found& found) {
    constexpr std::size_t longest = 400;
    if (!found.accounts)
        return "\n# slurmdbd did not answer, so that no account is named here.\n";
    if (found.accounts->empty())
        return "\n# slurmdbd knows no account but root.\n";
    return fmt::format("\n# Accounts that slurmdbd knows: {}.\n",
                       printable(fmt::format("{}", fmt::join(*found.accounts, ", ")), longest));
}

} // namespace

std::vector<FoundPartition> found_partitions(const std::vector<SlurmNode>& nodes,
                                             const std::vector<SlurmPartition>& partitions,
                                             const std::map<std::string, std::string>& types,
                                             const catalog::Catalog& catalog) {
    std::vector<FoundPartition> found;
    for (const SlurmPartition& partition : partitions) {
        FoundPartition& ours = found.emplace_back(
            FoundPartition{partition.name, partition.is_default, partition.nodes});
        std::set<std::string> its_types;
        for (const SlurmNode& node : nodes) {
            if (!has(partition.nodes, node.name))
                continue;
            const std::string type = type_of(node, types, catalog);
            ours.with_efa += has(node.features, "efa") || catalog.find(type);
            if (!type.empty())
                its_types.insert(type);
        }
        ours.types.assign(its_types.begin(), its_types.end());
    }
    return found;
}

std::vector<std::string> accounts_in(std::string_view associations) {
    std::set<std::string> names;
    for (const std::string_view line : split(associations, '\n'))
        if (const std::string_view name = trimmed(line.substr(0, line.find('|')));
            !name.empty() && name != "root")
            names.emplace(name);
    return {names.begin(), names.end()};
}

std::string first_config(const Found& found) {
    std::string text(head);
    if (found.scontrol != config::scontrol_path)
        text += fmt::format("\n# Slurm's commands.\nscontrol: {}\n", found.scontrol.native());
    for (const FoundPartition& partition : found.partitions)
        if (partition.is_default)
            text += fmt::format("\n# The partition that slurm.conf marks Default=YES.\n"
                                "default_partition: {}\n",
                                quoted(partition.name));
    text += "\n# For every partition that is not listed below.\ndefaults:\n  efa: off\n  mode: "
            "observe\n\n";
    text += found.partitions.empty() ? "partitions: {}\n" : "partitions:\n";
    for (const FoundPartition& partition : found.partitions)
        text += lines_of(partition);
    return text + std::string(tail) + accounts_of(found) + std::string(budgets);
}

} // namespace fairlead::setup
