#include "setup/slurm_nodes.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::setup {
namespace {

/// The value of the first word "Key=value". What people wrote (Reason=, Comment=) stands behind the
/// fields that are read by word.
std::string_view word_of(std::string_view line, std::string_view key) {
    for (const std::string_view word : split(line, ' '))
        if (word.starts_with(key) && word.substr(key.size()).starts_with('='))
            return trimmed(word.substr(key.size() + 1));
    return {};
}

std::vector<std::string> words_of(std::string_view list) {
    std::vector<std::string> words;
    for (const std::string_view word : split(list, ','))
        if (!word.empty() && word != "(null)")
            words.emplace_back(word);
    return words;
}

/// 0 for what is none.
std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value > 0 ? value : 0;
}

/// Without those that are for daemons (CoreSpecCount, CpuSpecList).
std::int64_t cpus_for_jobs(std::string_view line) {
    const std::int64_t left = number(word_of(line, "CPUEfctv"));
    return left > 0 ? left : number(word_of(line, "CPUTot"));
}

std::int64_t memory_for_jobs(std::string_view line) {
    const std::int64_t daemons = number(word_of(line, "MemSpecLimit"));
    return std::max<std::int64_t>(0, number(word_of(line, "RealMemory")) - daemons);
}

/// 9 of "gpu:a100:8(S:0-1),gpu:1,nic:2".
std::int64_t gpus_in(std::string_view gres) {
    std::int64_t all = 0;
    for (std::string_view entry : split(gres, ',')) {
        entry = entry.substr(0, entry.find('('));
        if (entry.starts_with("gpu:"))
            all += number(entry.substr(entry.rfind(':') + 1));
    }
    return all;
}

/// The last field of a node, which has spaces.
std::string reason_of(std::string_view line) {
    constexpr std::string_view key = " Reason=";
    constexpr std::size_t longest = 400;
    const std::size_t begin = line.find(key);
    return begin == std::string_view::npos
               ? std::string{}
               : printable(trimmed(line.substr(begin + key.size())), longest);
}

} // namespace

bool SlurmNode::is(std::string_view flag) const {
    const auto flags = split(state, '+');
    return std::ranges::find(flags, flag) != flags.end();
}

std::vector<SlurmNode> parse_nodes(std::string_view text) {
    std::vector<SlurmNode> nodes;
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view name = word_of(line, "NodeName");
        if (!line.starts_with("NodeName=") || !is_host_name(name))
            continue;
        nodes.push_back({.name = std::string(name),
                         .version = printable(word_of(line, "Version")),
                         .state = printable(word_of(line, "State")),
                         .features = words_of(word_of(line, "AvailableFeatures")),
                         .partitions = words_of(word_of(line, "Partitions")),
                         .cpus = cpus_for_jobs(line),
                         .memory_mb = memory_for_jobs(line),
                         .gpus = gpus_in(word_of(line, "Gres")),
                         .reason = reason_of(line)});
    }
    return nodes;
}

std::vector<SlurmPartition> parse_partitions(std::string_view text) {
    std::vector<SlurmPartition> partitions;
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view name = word_of(line, "PartitionName");
        if (!line.starts_with("PartitionName=") || name.empty())
            continue;
        const std::string_view list = word_of(line, "Nodes");
        auto nodes = expand_host_list(list == "(null)" ? std::string_view{} : list);
        partitions.push_back({.name = std::string(name),
                              .is_default = word_of(line, "Default") == "YES",
                              .nodes = nodes ? std::move(*nodes) : std::vector<std::string>{}});
    }
    return partitions;
}

} // namespace fairlead::setup
