#include "placement/slurm_cluster.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace fairlead::placement {
namespace {

/// The value of the first word "KEY=value". What people or nodes wrote (Reason=, OS=) has words as
/// well, so a forged one is no more than the writer's own.
std::string_view value_of(std::string_view line, std::string_view key) {
    for (const std::string_view word : split(line, ' '))
        if (word.starts_with(key) && word.substr(key.size()).starts_with('='))
            return trimmed(word.substr(key.size() + 1));
    return {};
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// "IDLE+CLOUD+POWERED_DOWN"
bool is_up(std::string_view state) {
    constexpr std::array<std::string_view, 3> down{"POWERED_DOWN", "POWERING_DOWN", "POWERING_UP"};
    const auto flags = split(state, '+');
    return std::ranges::none_of(
        flags, [&](std::string_view flag) { return std::ranges::find(down, flag) != down.end(); });
}

Result<Partition> parse_partition(std::string_view line) {
    Partition partition{std::string(value_of(line, "PartitionName")), {}};
    const std::string_view list = value_of(line, "Nodes");
    const auto total = number_in<std::size_t>(value_of(line, "TotalNodes"));
    if (!list.empty() && list != "(null)") {
        auto names = expand_host_list(list);
        if (!names)
            return fail(Code::X209, "the nodes of partition '{}' are not understood: {}",
                        printable(partition.name), printable(list));
        partition.nodes = std::move(*names);
    }
    if (total != partition.nodes.size())
        return fail(Code::X209, "partition '{}' names {} nodes, its TotalNodes is '{}'",
                    printable(partition.name), partition.nodes.size(),
                    printable(value_of(line, "TotalNodes")));
    return partition;
}

/// "22.05.8" is 2205.
int parse_version(std::string_view text) {
    const auto parts = split(text, '.');
    const auto year = number_in<int>(parts[0]);
    const auto month = parts.size() > 1 ? number_in<int>(parts[1]) : std::nullopt;
    constexpr int century = 100;
    return year && month && *year < century && *month < century ? *year * century + *month : 0;
}

} // namespace

Result<Cluster> parse_cluster(std::string_view nodes, std::string_view partitions) {
    Cluster cluster;
    for (const std::string_view line : split(nodes, '\n')) {
        const std::string_view name = value_of(line, "NodeName");
        if (line.starts_with("NodeName=") && is_host_name(name))
            cluster.nodes.emplace(name, is_up(value_of(line, "State")));
    }
    for (const std::string_view line : split(partitions, '\n')) {
        if (!line.starts_with("PartitionName="))
            continue;
        auto partition = parse_partition(line);
        if (!partition)
            return std::unexpected(partition.error());
        for (const std::string& node : partition->nodes)
            cluster.nodes.emplace(node, false);
        cluster.partitions.push_back(std::move(*partition));
    }
    return cluster;
}

SlurmSettings parse_settings(std::string_view config) {
    SlurmSettings settings;
    for (const std::string_view line : split(config, '\n')) {
        const std::size_t sign = line.find('=');
        if (sign == std::string_view::npos)
            continue;
        const std::string_view key = trimmed(line.substr(0, sign));
        const std::string_view value = trimmed(line.substr(sign + 1));
        if (key == "SLURM_CONF")
            settings.conf = value;
        else if (key == "SLURM_VERSION")
            settings.version = parse_version(value);
        else if (key == "TopologyPlugin")
            settings.topology = value;
    }
    return settings;
}

std::map<std::string, std::vector<std::string>, std::less<>> parse_jobs(std::string_view lines) {
    std::map<std::string, std::vector<std::string>, std::less<>> jobs;
    for (const std::string_view line : split(lines, '\n')) {
        const std::size_t bar = line.find('|');
        if (bar == std::string_view::npos)
            continue;
        const auto nodes = expand_host_list(trimmed(line.substr(bar + 1)));
        for (const std::string& node : nodes.value_or(std::vector<std::string>{}))
            jobs[node].push_back(printable(line.substr(0, bar)));
    }
    return jobs;
}

} // namespace fairlead::placement
