#include "placement/ask_slurm.hpp"

#include "base/child.hpp"
#include "base/files.hpp"

#include <fmt/ranges.h>

namespace fairlead::placement {
namespace fs = std::filesystem;
namespace {

constexpr auto deadline = std::chrono::seconds(20); ///< a busy slurmctld takes its time
constexpr std::size_t longest_answer = 64 * 1024 * 1024;

Result<std::string> run(std::vector<std::string> words) {
    if (auto trusted = check_trusted(words.front()); !trusted)
        return fail(Code::X211, "{}", trusted.error().message);
    auto answer = run_child(Code::X211, words, plain_environment(), deadline, longest_answer);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status != 0)
        return fail(Code::X211, "`{}` failed with status {}", fmt::join(words, " "),
                    answer->status);
    if (answer->output.size() == longest_answer)
        return fail(Code::X211, "`{}` answered more than {} bytes", fmt::join(words, " "),
                    longest_answer);
    return std::move(answer->output);
}

} // namespace

Result<Cluster> ask_cluster(const fs::path& scontrol) {
    const auto nodes = run({scontrol, "--all", "--oneliner", "show", "node"});
    if (!nodes)
        return std::unexpected(nodes.error());
    const auto partitions = run({scontrol, "--all", "--oneliner", "show", "partition"});
    if (!partitions)
        return std::unexpected(partitions.error());
    return parse_cluster(*nodes, *partitions);
}

Result<SlurmSettings> ask_settings(const fs::path& scontrol) {
    const auto config = run({scontrol, "show", "config"});
    if (!config)
        return std::unexpected(config.error());
    return parse_settings(*config);
}

Result<std::map<std::string, std::vector<std::string>, std::less<>>>
ask_jobs(const fs::path& scontrol) {
    const auto lines = run(
        {scontrol.parent_path() / "squeue", "--noheader", "--states=running", "--format=%i|%N"});
    if (!lines)
        return std::unexpected(lines.error());
    return parse_jobs(*lines);
}

Result<void> reconfigure(const fs::path& scontrol) {
    const auto done = run({scontrol, "reconfigure"});
    if (!done)
        return std::unexpected(done.error());
    return {};
}

} // namespace fairlead::placement
