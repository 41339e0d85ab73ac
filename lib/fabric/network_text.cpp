#include "fabric/network_text.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <map>

namespace fairlead::fabric {
namespace {

using Lines = std::vector<std::string>;

std::uint64_t total(const NetworkReport& report, std::string_view counter) {
    const auto found = report.totals.find(counter);
    return found == report.totals.end() ? 0 : found->second;
}

std::string duration_text(std::int64_t seconds) {
    if (seconds < 60)
        return fmt::format("{} s", seconds);
    if (seconds < 3600)
        return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string shortened(const std::vector<std::string>& names) {
    constexpr std::size_t most = 5;
    const auto shown = static_cast<std::ptrdiff_t>(std::min(most, names.size()));
    const Lines first(names.begin(), names.begin() + shown);
    return fmt::format("{}{}", fmt::join(first, ", "),
                       names.size() > most ? fmt::format(" and {} more", names.size() - most) : "");
}

std::string head_line(const NetworkReport& report) {
    const NetworkPart& part = report.parts.front();
    return fmt::format("network report of job {}: {} node{}{}{}, {}{}", part.job.value,
                       std::max(static_cast<std::size_t>(report.nodes), report.parts.size()),
                       report.nodes == 1 ? "" : "s",
                       part.partition.empty() ? "" : ", partition " + printable(part.partition),
                       part.instance_type.empty() ? "" : ", " + printable(part.instance_type),
                       duration_text(report.end - report.start),
                       part.restart > 0 ? fmt::format(", after {} requeue{}", part.restart,
                                                      part.restart == 1 ? "" : "s")
                                        : "");
}

void add_verdict(const NetworkReport& report, Lines& lines) {
    switch (report.verdict) {
    case NetworkVerdict::EfaUsed:
        lines.emplace_back("verdict   efa-used: the job moved data over EFA");
        break;
    case NetworkVerdict::EfaUnused:
        lines.emplace_back("verdict   efa-unused: the job had several nodes and moved nothing over "
                           "EFA;");
        lines.emplace_back("          its ranks talked over TCP, which is slower, or not at all");
        lines.emplace_back("          try     FI_PROVIDER=efa in the job: it fails where EFA "
                           "cannot be used, and says why");
        lines.emplace_back("          Intel   I_MPI_OFI_PROVIDER=efa, or it falls back to TCP in "
                           "silence");
        lines.emplace_back("          others  is MPI, or aws-ofi-nccl, built on libfabric? on a "
                           "node: fi_info -p efa");
        break;
    case NetworkVerdict::SingleNode:
        lines.emplace_back("verdict   single-node: nothing needed to go over EFA");
        break;
    case NetworkVerdict::Unknown:
        lines.emplace_back("verdict   unknown: the counters do not tell");
        break;
    }
    for (const std::string& reason : report.reasons)
        lines.push_back("          " + printable(reason, 160));
}

void add_totals(const NetworkReport& report, Lines& lines) {
    const std::uint64_t sent = total(report, "tx_bytes");
    const std::uint64_t again = total(report, "retrans_bytes");
    lines.push_back(fmt::format("sent      {}, received {}", bytes_text(sent),
                                bytes_text(total(report, "rx_bytes"))));
    const std::uint64_t read = total(report, "rdma_read_bytes");
    const std::uint64_t written = total(report, "rdma_write_bytes");
    if (read > 0 || written > 0)
        lines.push_back(
            fmt::format("RDMA      {} read, {} written", bytes_text(read), bytes_text(written)));
    if (!report.totals.contains("retrans_bytes"))
        lines.emplace_back("resent    not counted by this driver");
    else
        lines.push_back(
            fmt::format("resent    {}{}, {} packets", bytes_text(again),
                        sent > 0 ? fmt::format(" ({:.3f} %)", 100.0 * static_cast<double>(again) /
                                                                  static_cast<double>(sent))
                                 : "",
                        total(report, "retrans_pkts")));
    if (report.verdict != NetworkVerdict::EfaUnused && report.nodes != 1 &&
        !report.idle_nodes.empty())
        lines.push_back(fmt::format("idle      {} node{} moved nothing over EFA: {}",
                                    report.idle_nodes.size(),
                                    report.idle_nodes.size() == 1 ? "" : "s",
                                    printable(shortened(report.idle_nodes), 160)));
}

std::string groups_text(const NetworkReport& report) {
    Lines groups = report.spread.groups;
    if (groups == Lines{""})
        return "in no placement group";
    const std::string& strategy = report.parts.front().place.strategy;
    if (groups.size() == 1)
        return fmt::format("placement group {}{}", groups.front(),
                           strategy.empty() ? "" : " (" + strategy + ")");
    std::ranges::replace(groups, "", "none");
    return fmt::format("placement groups {}", fmt::join(groups, ", "));
}

/// Placement group and zone, as far as they are known.
void add_place(const NetworkReport& report, Lines& lines) {
    const Lines& zones = report.spread.zones;
    Lines known;
    if (!report.spread.groups.empty())
        known.push_back(groups_text(report));
    if (!zones.empty())
        known.push_back(
            fmt::format("zone{} {}", zones.size() == 1 ? "" : "s", fmt::join(zones, ", ")));
    if (!known.empty())
        lines.push_back(printable(fmt::format("placed    {}", fmt::join(known, "; ")), 160));
}

std::string spread_text(const Spread& spread, std::size_t leaves) {
    if (!spread.max_layer)
        return fmt::format("not known of: {}", shortened(spread.unknown_nodes));
    if (*spread.max_layer == 0)
        return fmt::format("{} leaves, and nothing above them all", leaves);
    if (*spread.max_layer == 1)
        return "one leaf (layer 1)";
    return fmt::format("{} leaves below one network node of layer {}", leaves, *spread.max_layer);
}

/// The network nodes above each node, once a leaf.
void add_paths(const NetworkReport& report, Lines& lines) {
    constexpr std::size_t most = 8;
    std::map<std::string, Lines> nodes_at;
    for (const NetworkPart& part : report.parts)
        if (part.place.path && !part.place.path->empty())
            nodes_at[fmt::format("{}", fmt::join(*part.place.path, " / "))].push_back(part.node);
    if (nodes_at.empty())
        return;
    lines.push_back(printable("network   " + spread_text(report.spread, nodes_at.size()), 160));
    std::size_t shown = 0;
    for (const auto& [path, nodes] : nodes_at) {
        if (shown++ == most) {
            lines.push_back(fmt::format("          and {} more leaves", nodes_at.size() - most));
            return;
        }
        lines.push_back(printable(fmt::format("          {}: {}", path, shortened(nodes)), 160));
    }
}

std::uint64_t errors_of(const NetworkReport& report, const NetworkPart& part) {
    std::uint64_t sum = 0;
    for (const NetworkError& error : report.errors)
        sum += sum_of(part, error.counter);
    return sum;
}

std::string notes_of(const NetworkPart& part) {
    std::string notes;
    for (const DeviceDelta& device : part.devices) {
        if (device.reset)
            notes += fmt::format(" {} began anew", printable(device.name));
        if (device.seen != Seen::Throughout)
            notes += fmt::format(" {} {}", printable(device.name),
                                 device.seen == Seen::OnlyBefore ? "vanished" : "appeared");
    }
    return (part.shared ? " shared" : "") + notes;
}

/// What a node's interfaces counted, or "-" where none of them counts it.
std::string bytes_of(const NetworkPart& part, std::string_view counter) {
    const bool counted = std::ranges::any_of(
        part.devices, [&](const DeviceDelta& device) { return device.delta.contains(counter); });
    return counted ? bytes_text(sum_of(part, counter)) : "-";
}

/// Errors first, then what was sent again, then what was sent.
void add_nodes(const NetworkReport& report, Lines& lines) {
    constexpr std::size_t most = 8;
    std::vector<const NetworkPart*> worst;
    for (const NetworkPart& part : report.parts)
        worst.push_back(&part);
    std::ranges::stable_sort(worst, std::ranges::greater{}, [&](const NetworkPart* part) {
        return std::array{errors_of(report, *part), sum_of(*part, "retrans_bytes"),
                          sum_of(*part, "tx_bytes")};
    });
    const std::size_t shown = std::min(most, worst.size());
    lines.emplace_back();
    lines.push_back(fmt::format("{:<20} {:>10} {:>10} {:>10} {:>8}  EFA",
                                shown < worst.size() ? fmt::format("worst {} nodes", most) : "node",
                                "sent", "received", "resent", "errors"));
    for (const NetworkPart* part : std::span(worst).first(shown))
        lines.push_back(
            printable(fmt::format("{:<20} {:>10} {:>10} {:>10} {:>8}  {}{}",
                                  printable(part->node, 20), bytes_of(*part, "tx_bytes"),
                                  bytes_of(*part, "rx_bytes"), bytes_of(*part, "retrans_bytes"),
                                  errors_of(report, *part), part->devices.size(), notes_of(*part)),
                      120));
}

void add_errors(const NetworkReport& report, Lines& lines) {
    constexpr std::size_t most = 5;
    for (const NetworkError& error : report.errors) {
        if (&error == &report.errors.front())
            lines.emplace_back();
        if (static_cast<std::size_t>(&error - report.errors.data()) == most) {
            lines.push_back(
                fmt::format("{} more errors: see --format json", report.errors.size() - most));
            return;
        }
        lines.push_back(printable(
            fmt::format("{} {} on {}", error.counter, error.count, shortened(error.nodes)), 160));
        lines.push_back(fmt::format("    {}", error.cause));
        lines.push_back(fmt::format("    {}", error.action));
    }
}

} // namespace

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit)
        value /= 1024;
    return fmt::format("{:.1f} {}", value, units.at(unit));
}

std::vector<std::string> network_lines(const NetworkReport& report) {
    Lines lines{head_line(report)};
    add_verdict(report, lines);
    add_totals(report, lines);
    add_place(report, lines);
    add_paths(report, lines);
    add_nodes(report, lines);
    add_errors(report, lines);
    if (report.earlier_runs > 0)
        lines.push_back(fmt::format("\n{} earlier run{}, before requeues: --restart 0{}",
                                    report.earlier_runs, report.earlier_runs == 1 ? "" : "s",
                                    report.earlier_runs == 1 ? "" : " and up"));
    return lines;
}

} // namespace fairlead::fabric
