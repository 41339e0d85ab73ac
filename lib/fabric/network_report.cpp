#include "fabric/network_report.hpp"

#include "base/host_list.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <set>

namespace fairlead::fabric {
namespace {

constexpr std::array<std::string_view, 8> byte_counters{
    "tx_bytes",        "rx_bytes",         "send_bytes",           "recv_bytes",
    "rdma_read_bytes", "rdma_write_bytes", "rdma_read_resp_bytes", "rdma_write_recv_bytes"};

struct Cause {
    std::string_view counter, cause, action;
};

/// The most telling first. Sources: the driver's counters; ofiwg/libfabric#9356 (queue pairs) and
/// #9739 (memory registration); EC2's documentation (security groups).
constexpr Cause causes[] = {
    {"reg_mr_err", "memory could not be registered: the limit of locked memory, or of pages",
     "`ulimit -l` in a step must say unlimited (FL-E209); put large buffers in huge pages"},
    {"create_qp_err", "no queue pair left: an interface has 256, and a rank of MPI needs 2",
     "use fewer ranks an interface (FL-E104), or nodes with more interfaces"},
    {"create_cq_err", "no completion queue left on an interface", "use fewer ranks an interface"},
    {"alloc_pd_err", "no protection domain left on an interface", "use fewer ranks an interface"},
    {"alloc_ucontext_err", "too many processes opened an interface",
     "use fewer ranks an interface"},
    {"create_ah_err", "no address handle left, or a peer's address is wrong",
     "use fewer ranks an interface; look for ranks that ended early"},
    {"mmap_err", "queues of an interface could not be mapped into a process",
     "check the memory limits of the job"},
    {"no_completion_cmds", "an interface did not answer its driver",
     "look for efa lines in the kernel's log of the nodes; replace the instance"},
    {"cmds_err", "an interface refused commands of its driver",
     "see the errors above; else look for efa lines in the kernel's log of the nodes"},
    {"unresponsive_remote_events", "a peer stopped answering: its process ended, or is blocked",
     "look for ranks that ended early; the security group must allow all traffic with itself, both "
     "ways"},
    {"impaired_remote_conn_events", "connections to peers were impaired",
     "see which nodes all of them have in common"},
    {"retrans_timeout_events", "packets were sent again because no answer came in time",
     "a few are normal; many mean a congested network or a peer that does not answer"},
    {"rx_drops", "packets were dropped: the receiver had no buffer ready",
     "let ranks call MPI more often, or receive before others send"},
    {"rdma_read_wr_err", "reads from a peer's memory failed", "look for ranks that ended early"},
    {"rdma_write_wr_err", "writes to a peer's memory failed", "look for ranks that ended early"},
};

std::uint64_t added(std::uint64_t a, std::uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

std::uint64_t count_in(const DeviceDelta& device, std::string_view counter) {
    const auto found = device.delta.find(counter);
    return found == device.delta.end() ? 0 : found->second;
}

/// A device of which nothing, or not enough, is known.
bool uncertain(const DeviceDelta& device) {
    return device.reset || device.seen != Seen::Throughout || !device.delta.contains("tx_bytes") ||
           !device.delta.contains("rx_bytes");
}

/// Names with numbers in the order of the numbers: n2 before n10.
bool name_before(const NetworkPart& a, const NetworkPart& b) {
    return std::pair(a.node.size(), std::string_view(a.node)) <
           std::pair(b.node.size(), std::string_view(b.node));
}

bool same_run(const NetworkPart& a, const NetworkPart& b) {
    constexpr std::int64_t clocks_differ = 60;
    return a.restart == b.restart && a.uid == b.uid && a.cluster == b.cluster &&
           a.start <= b.end + clocks_differ && b.start <= a.end + clocks_differ;
}

/// One part a node: the last, should there be two.
void keep_one_a_node(std::vector<NetworkPart>& parts) {
    std::ranges::stable_sort(parts, std::ranges::greater{}, &NetworkPart::end);
    std::ranges::stable_sort(parts, name_before);
    const auto rest = std::ranges::unique(parts, {}, &NetworkPart::node);
    parts.erase(rest.begin(), rest.end());
}

void find_missing_nodes(NetworkReport& report) {
    std::set<std::string, std::less<>> present;
    for (const NetworkPart& part : report.parts)
        present.insert(part.node);
    const auto all = expand_host_list(report.parts.front().node_list);
    for (const std::string& node : all.value_or(std::vector<std::string>{}))
        if (!present.contains(node))
            report.missing_nodes.push_back(node);
}

void add_up(NetworkReport& report) {
    for (const NetworkPart& part : report.parts) {
        report.start = std::min(report.start, part.start);
        report.end = std::max(report.end, part.end);
        report.shared = report.shared || part.shared;
        report.nodes = std::max(report.nodes, part.nodes);
        for (const DeviceDelta& device : part.devices)
            for (const auto& [name, count] : device.delta)
                report.totals[name] = added(report.totals[name], count);
        if (!moved_bytes(part) && std::ranges::none_of(part.devices, uncertain))
            report.idle_nodes.push_back(part.node);
    }
}

std::vector<std::string> listed_once(std::set<std::string> words) {
    return {words.begin(), words.end()};
}

/// Nodes that wrote no part may be anywhere.
void find_spread(NetworkReport& report) {
    std::set<std::string> groups, zones;
    std::vector<Path> paths;
    Spread& spread = report.spread;
    for (const NetworkPart& part : report.parts) {
        const NodePlace& place = part.place;
        if (place.group)
            groups.insert(*place.group);
        if (!place.availability_zone.empty())
            zones.insert(place.availability_zone);
        if (place.path && !place.path->empty())
            paths.push_back(*place.path);
        else
            spread.unknown_nodes.push_back(part.node);
    }
    spread.groups = listed_once(std::move(groups));
    spread.zones = listed_once(std::move(zones));
    spread.network_nodes = network_nodes(paths);
    std::ranges::copy(report.missing_nodes, std::back_inserter(spread.unknown_nodes));
    if (!paths.empty() && paths.size() == static_cast<std::size_t>(report.nodes))
        spread.max_layer = layers_needed(paths);
}

void find_errors(NetworkReport& report) {
    for (const Cause& known : causes) {
        NetworkError error{std::string(known.counter), 0, {}, known.cause, known.action};
        for (const NetworkPart& part : report.parts)
            if (const std::uint64_t count = sum_of(part, known.counter); count > 0) {
                error.count = added(error.count, count);
                error.nodes.push_back(part.node);
            }
        if (error.count > 0)
            report.errors.push_back(std::move(error));
    }
}

std::string listed(const std::vector<std::string>& nodes) {
    constexpr std::size_t most = 5;
    const std::vector<std::string> shown(
        nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(std::min(most, nodes.size())));
    return fmt::format("{}{}", fmt::join(shown, ", "),
                       nodes.size() > most ? fmt::format(" and {} more", nodes.size() - most) : "");
}

template <class Wanted>
std::vector<std::string> nodes_with(const NetworkReport& report, const Wanted& wanted) {
    std::vector<std::string> nodes;
    for (const NetworkPart& part : report.parts)
        if (wanted(part))
            nodes.push_back(part.node);
    return nodes;
}

void find_reasons(NetworkReport& report) {
    const auto with_device = [&](const auto& wanted) {
        return nodes_with(report, [&](const NetworkPart& part) {
            return std::ranges::any_of(part.devices, wanted);
        });
    };
    const auto say = [&](const std::vector<std::string>& nodes, std::string_view what) {
        if (!nodes.empty())
            report.reasons.push_back(fmt::format("{}: {}", what, listed(nodes)));
    };
    if (report.nodes == 0)
        report.reasons.emplace_back("Slurm did not say how many nodes the job had");
    if (report.parts.size() < static_cast<std::size_t>(report.nodes) &&
        report.missing_nodes.empty())
        report.reasons.push_back(
            fmt::format("{} nodes wrote no part",
                        static_cast<std::size_t>(report.nodes) - report.parts.size()));
    say(report.missing_nodes, "no part was written by");
    say(with_device([](const DeviceDelta& device) { return device.reset; }),
        "counters began anew during the job on");
    say(with_device([](const DeviceDelta& device) { return device.seen != Seen::Throughout; }),
        "interfaces came or went during the job on");
    say(with_device([](const DeviceDelta& device) {
            return !device.reset && device.seen == Seen::Throughout && uncertain(device);
        }),
        "the driver does not count bytes on");
}

/// Counters cannot tell two jobs of a node apart; but where they count nothing, neither job moved
/// anything.
void judge(NetworkReport& report) {
    find_reasons(report);
    const bool moved = std::ranges::any_of(report.parts, moved_bytes);
    if (report.nodes == 1) {
        report.verdict = NetworkVerdict::SingleNode;
    } else if (report.reasons.empty() && !moved) {
        report.verdict = NetworkVerdict::EfaUnused;
    } else if (report.reasons.empty() && !report.shared) {
        report.verdict = NetworkVerdict::EfaUsed;
    }
    if (report.shared)
        report.reasons.push_back(fmt::format(
            "other jobs ran at the same time on: {}",
            listed(nodes_with(report, [](const NetworkPart& part) { return part.shared; }))));
}

int earlier_runs(const std::vector<NetworkPart>& parts, const NetworkPart& chosen) {
    std::set<int> restarts;
    for (const NetworkPart& part : parts)
        if (part.uid == chosen.uid && part.cluster == chosen.cluster &&
            part.restart < chosen.restart && part.end <= chosen.end)
            restarts.insert(part.restart);
    return static_cast<int>(restarts.size());
}

} // namespace

std::string_view to_string(NetworkVerdict verdict) {
    constexpr std::array<std::string_view, 4> words{"efa-used", "efa-unused", "single-node",
                                                    "unknown"};
    return words.at(static_cast<std::size_t>(verdict));
}

std::uint64_t sum_of(const NetworkPart& part, std::string_view counter) {
    std::uint64_t sum = 0;
    for (const DeviceDelta& device : part.devices)
        sum = added(sum, count_in(device, counter));
    return sum;
}

bool moved_bytes(const NetworkPart& part) {
    return std::ranges::any_of(byte_counters,
                               [&](std::string_view counter) { return sum_of(part, counter) > 0; });
}

std::optional<NetworkReport> merge(std::vector<NetworkPart> parts, std::optional<int> restart) {
    const auto wanted = [&](const NetworkPart& part) {
        return !restart || part.restart == *restart;
    };
    const NetworkPart* latest = nullptr;
    for (const NetworkPart& part : parts)
        if (wanted(part) && (!latest || part.end > latest->end))
            latest = &part;
    if (!latest)
        return std::nullopt;
    NetworkReport report;
    report.earlier_runs = earlier_runs(parts, *latest);
    report.start = latest->start;
    std::ranges::copy_if(parts, std::back_inserter(report.parts),
                         [&](const NetworkPart& part) { return same_run(part, *latest); });
    keep_one_a_node(report.parts);
    find_missing_nodes(report);
    add_up(report);
    find_spread(report);
    find_errors(report);
    judge(report);
    return report;
}

} // namespace fairlead::fabric
