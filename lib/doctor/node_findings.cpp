#include "doctor/node_findings.hpp"

#include "base/node_state.hpp"
#include "base/words.hpp"
#include "placement/hostlist.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <map>

namespace fairlead::doctor {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view area = "nodes";

std::string list_of(const Names& names) {
    constexpr std::size_t longest = 200;
    return printable(placement::compress(names), longest);
}

Finding problem(std::string what, std::string fix) {
    return {std::string(area), Health::Problem, std::move(what), std::move(fix)};
}

bool is_up(const setup::SlurmNode& node) {
    constexpr std::array<std::string_view, 5> down{"POWERED_DOWN", "POWERING_DOWN", "POWERING_UP",
                                                   "DOWN", "DOWN*"};
    return std::ranges::none_of(down, [&](std::string_view flag) { return node.is(flag); });
}

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// "[FL-E201]" in a reason, which drain.cpp puts at its end; slurmctld adds who and when behind it.
std::optional<Code> code_in(std::string_view reason) {
    constexpr std::string_view opening = "[FL-";
    const std::size_t begin = reason.rfind(opening);
    const std::size_t end = reason.find(']', begin);
    if (begin == std::string_view::npos || end == std::string_view::npos)
        return std::nullopt;
    return find_code(reason.substr(begin + 1, end - begin - 1));
}

/// The nodes of each partition that is configured to require EFA.
std::map<std::string, std::vector<const setup::SlurmNode*>>
nodes_with_efa(const SlurmNodes& nodes, const config::Config& config) {
    std::map<std::string, std::vector<const setup::SlurmNode*>> found;
    for (const setup::SlurmNode& node : nodes)
        for (const std::string& partition : node.partitions) {
            const auto& rules = config::rules_for(config, partition);
            if (rules.fabric.efa == config::EfaNeed::Required && rules.mode != config::Mode::Off)
                found[partition].push_back(&node);
        }
    return found;
}

/// What is wrong with the type that a node's record names; empty for nothing.
std::string wrong_type(const std::string& type, const config::PartitionRules& rules,
                       const catalog::Catalog& catalog) {
    if (type.empty())
        return {};
    if (!rules.instance_types.empty() && !has(rules.instance_types, type))
        return fmt::format("{}, which is not one of its instance_types", type);
    return catalog.find(type) ? std::string{} : fmt::format("{}, which has no EFA", type);
}

void add_features(Findings& findings, const std::string& partition,
                  const std::vector<const setup::SlurmNode*>& nodes) {
    Names without;
    for (const setup::SlurmNode* node : nodes)
        if (!has(node->features, "efa"))
            without.push_back(node->name);
    if (!without.empty())
        findings.push_back(
            problem(fmt::format("partition {} requires EFA, and {} lacks Feature=efa: no job that "
                                "requires EFA starts there",
                                printable(partition), list_of(without)),
                    "add Feature=efa to the lines of the nodes in slurm.conf, then scontrol "
                    "reconfigure"));
}

void add_types(Findings& findings, const std::string& partition,
               const std::vector<const setup::SlurmNode*>& nodes,
               const std::map<std::string, std::string>& types, const config::Config& config,
               const catalog::Catalog& catalog) {
    std::map<std::string, Names> wrong;
    for (const setup::SlurmNode* node : nodes)
        if (const auto type = types.find(node->name); type != types.end())
            if (auto why = wrong_type(type->second, config::rules_for(config, partition), catalog);
                !why.empty())
                wrong[std::move(why)].push_back(node->name);
    for (const auto& [why, names] : wrong)
        findings.push_back(problem(
            fmt::format("partition {}: {} is {}", printable(partition), list_of(names), why),
            "correct instance_types in fairlead.yaml, or the nodes of the partition; for "
            "a type that is new run `fairlead catalog refresh`"));
}

} // namespace

Findings version_findings(const SlurmNodes& nodes, const std::string& release) {
    std::map<std::string, Names> others;
    for (const setup::SlurmNode& node : nodes)
        if (!node.version.empty() && node.version != "(null)" &&
            !node.version.starts_with(release + "."))
            others[node.version].push_back(node.name);
    Findings findings;
    for (const auto& [version, names] : others)
        findings.push_back({"versions", Health::Problem,
                            fmt::format("{} runs slurmd {}, and this Fairlead is for {}",
                                        list_of(names), version, release),
                            fmt::format("install the Fairlead for Slurm {} there, before or with "
                                        "that Slurm",
                                        version)});
    return findings;
}

Findings drain_findings(const SlurmNodes& nodes) {
    std::map<Code, Names> drained;
    for (const setup::SlurmNode& node : nodes)
        if (const auto code = code_in(node.reason); code && is_out_of_service(node.state))
            drained[*code].push_back(node.name);
    Findings findings;
    for (const auto& [code, names] : drained)
        findings.push_back({.area = std::string(area),
                            .health = Health::Problem,
                            .what = fmt::format("{} was taken out of service: {}", list_of(names),
                                                entry_of(code).title),
                            .fix = std::string(entry_of(code).action),
                            .code = code});
    return findings;
}

Findings fabric_findings(const SlurmNodes& nodes, const config::Config& config,
                         const placement::Records& records, const catalog::Catalog& catalog) {
    std::map<std::string, std::string> types;
    for (const state::NodeRecord& record : records.records)
        types.emplace(record.node, record.instance.type);
    Findings findings;
    for (const auto& [partition, theirs] : nodes_with_efa(nodes, config)) {
        add_features(findings, partition, theirs);
        add_types(findings, partition, theirs, types, config, catalog);
    }
    return findings;
}

Findings record_findings(const SlurmNodes& nodes, const placement::Records& records, bool needed) {
    Names without;
    for (const setup::SlurmNode& node : nodes)
        if (is_up(node) && std::ranges::none_of(records.records, [&](const auto& record) {
                return record.node == node.name;
            }))
            without.push_back(node.name);
    if (without.empty())
        return {};
    return {{std::string(area), needed ? Health::Problem : Health::Advice,
             fmt::format("{} left no record of what it is, so that its place in the network and "
                         "its type are unknown",
                         list_of(without)),
             "systemctl enable --now fairlead-node-scan there, and state_dir on storage that all "
             "machines share"}};
}

} // namespace fairlead::doctor
