#include "prolog/drain.hpp"

#include "base/boot.hpp"
#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/node_state.hpp"
#include "base/words.hpp"
#include "config/paths.hpp"
#include "prolog/timing.hpp"
#include "state/brake.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace fairlead::prolog {
namespace {

Result<ChildResult> run_scontrol(std::vector<std::string> argv, const Deadline& deadline) {
    if (auto trusted = check_trusted(argv.at(0)); !trusted)
        return std::unexpected(trusted.error());
    return run_child(Code::E205, argv, plain_environment(), deadline.share(scontrol_time));
}

/// The value of "KEY=VALUE" in a line of scontrol's.
std::string_view field(std::string_view line, std::string_view key) {
    for (const std::string_view word : split(trimmed(line), ' '))
        if (word.starts_with(key))
            return word.substr(key.size());
    return {};
}

/// What scontrol shows as a node's reason, without who wrote it and when.
std::string_view reason_in(std::string_view shown) {
    constexpr std::string_view key = " Reason=";
    const auto begin = shown.find(key);
    if (begin == shown.npos)
        return {};
    const std::string_view reason = shown.substr(begin + key.size());
    // " [root@2026-11-21T09:30:00]", one word; reasons have brackets too, but no '@' in them.
    for (auto open = reason.find(" ["); open != reason.npos; open = reason.find(" [", open + 1))
        if (reason.substr(open, reason.find_first_of(" ]", open + 2) - open).contains('@'))
            return reason.substr(0, open);
    return trimmed(reason);
}

/// A reason of ours ends in its code, "[FL-E201]"; "; " joins it to what somebody else wrote.
bool is_ours(std::string_view reason) {
    constexpr std::string_view form = "[FL-E201]";
    if (reason.size() < form.size() || reason.contains("; "))
        return false;
    const std::string_view code = reason.substr(reason.size() - form.size());
    return code.starts_with("[FL-") && code[4] >= 'A' && code[4] <= 'Z' &&
           std::ranges::all_of(code.substr(5, 3), [](char c) { return c >= '0' && c <= '9'; }) &&
           code.ends_with(']');
}

/// A node in service may have a reason: a note of an admin's, or of a drain that is over (in
/// Slurm 24.11 `resume` leaves it: seen). What somebody wrote stays, ours comes behind it.
std::string beside(std::string_view stands, const std::string& ours) {
    if (stands.empty() || is_ours(stands))
        return ours;
    if (stands.contains(ours))
        return std::string(stands);
    return fmt::format("{}; {}", stands, ours);
}

/// What slurmctld says of a node, in one line.
Result<std::string> show_node(const std::filesystem::path& scontrol, const std::string& node,
                              const Deadline& deadline) {
    auto shown = run_scontrol({scontrol, "--oneliner", "show", "node", node}, deadline);
    if (!shown)
        return std::unexpected(shown.error());
    if (shown->status != 0)
        return fail(Code::E205, "scontrol does not show {}: exit status {}", node, shown->status);
    return std::move(shown->output);
}

/// Nothing is to be done about a node that somebody took out of service and said why.
bool is_out_with_reason(std::string_view shown) {
    return !reason_in(shown).empty() && is_out_of_service(field(shown, "State="));
}

std::vector<std::string> partitions_in(std::string_view shown) {
    std::vector<std::string> partitions;
    for (const std::string_view name : split(field(shown, "Partitions="), ','))
        if (!name.empty())
            partitions.emplace_back(name);
    return partitions;
}

/// Of all that the node is in, the job's among them.
Result<std::vector<state::PartitionSize>> sizes_of_partitions(const std::filesystem::path& scontrol,
                                                              std::vector<std::string> names,
                                                              const std::string& partition,
                                                              const Deadline& deadline) {
    if (std::ranges::find(names, partition) == names.end())
        names.push_back(partition);
    std::vector<state::PartitionSize> sizes;
    for (std::string& name : names) {
        const auto nodes = partition_size(scontrol, name, deadline);
        if (!nodes)
            return std::unexpected(nodes.error());
        sizes.push_back({std::move(name), *nodes});
    }
    return sizes;
}

/// What the fork that asks shared storage returns.
enum StorageAnswer { allowed, braked, failed };

ChildResult ask_brake(const config::Config& config, const state::DrainWish& wish) {
    const auto drain = state::may_drain(config.state_dir, config.brake, wish);
    if (!drain)
        return {failed, to_string(drain.error())};
    return {*drain ? allowed : braked, ""};
}

void report_brake(const std::string& partition, const Error& error) {
    log::error({Code::E219, fmt::format("{}: not drained, because {} has drained as many nodes of "
                                        "{} within an hour as `brake` allows",
                                        error.message, id_of(error.code), printable(partition))});
    const auto counted =
        state::count(std::filesystem::path(config::run_dir) / "observed.json", Code::E219);
    if (!counted)
        log::error(counted.error());
}

} // namespace

Result<void> drain(const std::filesystem::path& scontrol, const std::string& node,
                   const std::string& reason, const Deadline& deadline) {
    const auto shown = show_node(scontrol, node, deadline);
    if (!shown)
        return std::unexpected(shown.error());
    if (is_out_with_reason(*shown))
        return {};
    const auto updated = run_scontrol({scontrol, "update", "NodeName=" + node, "State=DRAIN",
                                       "Reason=" + beside(reason_in(*shown), reason)},
                                      deadline);
    if (!updated)
        return std::unexpected(updated.error());
    if (updated->status != 0)
        return fail(Code::E205, "scontrol could not drain {}: exit status {}", node,
                    updated->status);
    return {};
}

Result<int> partition_size(const std::filesystem::path& scontrol, const std::string& partition,
                           const Deadline& deadline) {
    const auto shown =
        run_scontrol({scontrol, "--oneliner", "show", "partition", partition}, deadline);
    if (!shown)
        return std::unexpected(shown.error());
    const std::string_view number = field(shown->output, "TotalNodes=");
    int nodes = 0;
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), nodes);
    if (error != std::errc{} || shown->status != 0)
        return fail(Code::E205, "scontrol does not say how many nodes {} has: exit status {}",
                    printable(partition), shown->status);
    return nodes;
}

std::vector<std::string> partitions_of(const std::filesystem::path& scontrol,
                                       const std::string& node, const Deadline& deadline) {
    const auto shown = show_node(scontrol, node, deadline);
    return shown ? partitions_in(*shown) : std::vector<std::string>{};
}

Removal remove_from_service(const config::Config& config, const std::string& node,
                            const std::string& partition, const Error& error,
                            const Deadline& deadline) {
    const auto unable = [](const Error& cause) {
        log::error(cause);
        return Removal::Unable;
    };
    const auto shown = show_node(config.scontrol, node, deadline);
    if (!shown)
        return unable(shown.error());
    if (is_out_with_reason(*shown))
        return Removal::Drained;
    auto sizes = sizes_of_partitions(config.scontrol, partitions_in(*shown), partition, deadline);
    if (!sizes)
        return unable(sizes.error());
    const state::DrainWish wish{std::move(*sizes), node, boot_id(), error.code, std::time(nullptr)};
    const auto answer =
        ask_forked(Code::E205, "state_dir whether the node may be drained",
                   deadline.share(storage_time), [&] { return ask_brake(config, wish); });
    if (!answer)
        return unable(answer.error());
    if (answer->status == braked) {
        report_brake(partition, error);
        return Removal::Braked;
    }
    if (answer->status != allowed)
        return unable({Code::E205, node + " is not drained: " + answer->output});
    if (auto drained = drain(config.scontrol, node, to_string(error), deadline); !drained)
        return unable(drained.error());
    return Removal::Drained;
}

bool paused_in_time(const std::filesystem::path& state_dir, const Deadline& deadline) {
    const auto time = deadline.share(storage_time);
    if (time == time.zero())
        return false; // nobody could wait for the answer
    const auto answer = ask_forked(Code::E204, "state_dir for a pause", time,
                                   [&] { return ChildResult{state::paused(state_dir), ""}; });
    if (!answer)
        log::error(answer.error());
    return answer && answer->status == 1;
}

} // namespace fairlead::prolog
