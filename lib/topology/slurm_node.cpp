#include "topology/slurm_node.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/words.hpp"

#include <charconv>
#include <set>

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
};

Counts count(const Machine& machine) {
    Counts counts;
    for (const NumaNode& node : machine.numa_nodes)
        counts.packages.insert(node.package);
    for (const Core& core : machine.cores)
        counts.caches.insert(core.cache);
    return counts;
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
    const int sockets = machine.slurm->sockets;
    const int cores_per_socket = machine.slurm->cores_per_socket;
    const auto [packages, caches] = count(machine);
    const int cores = static_cast<int>(machine.cores.size());
    const auto is = [sockets](std::size_t count) {
        return static_cast<std::size_t>(sockets) == count;
    };
    const bool known_socket =
        is(packages.size()) || is(machine.numa_nodes.size()) || is(caches.size());
    if (known_socket && std::int64_t{sockets} * cores_per_socket == cores)
        return {};
    return fmt::format(
        "slurm.conf says {} sockets of {} cores, the hardware has {} packages with {} "
        "cores in all; correct the node's line (`slurmd -C` prints one)",
        sockets, cores_per_socket, packages.size(), cores);
}

} // namespace fairlead::topology
