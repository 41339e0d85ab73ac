#include "setup/slurm_nodes.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"

#include <algorithm>

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
