#include "topology/slurm_node.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/ranges.h>
#include <set>
#include <utility>

namespace fairlead::topology {
namespace {

constexpr auto deadline = std::chrono::seconds(2);

std::optional<int> number_after(std::string_view line, std::string_view key) {
    for (const std::string_view word : split(line, ' ')) {
        if (!word.starts_with(key))
            continue;
        const std::string_view text = trimmed(word.substr(key.size()));
        int value = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && stop == text.data() + text.size() && value > 0)
            return value;
    }
    return std::nullopt;
}

struct Counts {
    std::set<int> packages, caches;
    std::size_t threads = 0; ///< of the core that has most
};

Counts count(const Machine& machine) {
    Counts counts;
    for (const NumaNode& node : machine.numa_nodes)
        counts.packages.insert(node.package);
    for (const Core& core : machine.cores) {
        counts.caches.insert(core.cache);
        counts.threads = std::max(counts.threads, core.pus.size());
    }
    return counts;
}

/// A socket may stand for a package, a NUMA node or a cache.
bool knows_cores(const Machine& machine, const Counts& counts) {
    const auto sockets = static_cast<std::size_t>(machine.slurm->sockets);
    const bool known_socket = sockets == counts.packages.size() ||
                              sockets == machine.numa_nodes.size() ||
                              sockets == counts.caches.size();
    return known_socket && std::int64_t{machine.slurm->sockets} * machine.slurm->cores_per_socket ==
                               static_cast<std::int64_t>(machine.cores.size());
}

} // namespace

std::optional<SlurmNode> ask_slurm(const std::filesystem::path& scontrol, const std::string& node) {
    if (!check_trusted(scontrol))
        return std::nullopt;
    const auto answer =
        run_child(Code::P204, {scontrol.native(), "--oneliner", "show", "node", node},
                  plain_environment(), deadline);
    if (!answer || answer->status != 0)
        return std::nullopt;
    return parse_slurm_node(answer->output);
}

std::optional<SlurmNode> parse_slurm_node(std::string_view line) {
    const auto sockets = number_after(line, "Sockets=");
    const auto cores = number_after(line, "CoresPerSocket=");
    const auto threads = number_after(line, "ThreadsPerCore=");
    if (!sockets || !cores || !threads)
        return std::nullopt;
    return SlurmNode{*sockets, *cores, *threads};
}

std::string contradiction(const Machine& machine) {
    if (!machine.slurm)
        return {};
    const Counts counts = count(machine);
    std::vector<std::string> says, has;
    if (!knows_cores(machine, counts)) {
        says.push_back(fmt::format("{} sockets of {} cores", machine.slurm->sockets,
                                   machine.slurm->cores_per_socket));
        has.push_back(fmt::format("{} packages with {} cores in all", counts.packages.size(),
                                  machine.cores.size()));
    }
    if (std::cmp_greater(machine.slurm->threads_per_core, counts.threads)) {
        says.push_back(fmt::format("{} threads a core", machine.slurm->threads_per_core));
        has.push_back(fmt::format("{} a core", counts.threads));
    }
    if (says.empty())
        return {};
    return fmt::format("slurm.conf says {}, the hardware has {}; correct the node's line (`slurmd "
                       "-C` prints one)",
                       fmt::join(says, " and "), fmt::join(has, " and "));
}

} // namespace fairlead::topology
