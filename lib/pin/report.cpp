#include "pin/report.hpp"

#include "pin/distance.hpp"
#include "pin/number_list.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace fairlead::pin {
namespace {

using topology::Device;
using topology::Machine;

// More ranks than rows are shown together, in cells that leave a line within 100 characters on all
// but GPU types.
constexpr std::size_t most_rows = 16, widest_numbers = 20, widest_names = 40;

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string listed(const auto& values) {
    return or_dash(fmt::format("{}", fmt::join(values, ",")));
}

std::vector<std::string> names_of(const std::vector<Device>& devices,
                                  const std::vector<int>& indices) {
    std::vector<std::string> names;
    for (const int index : indices)
        names.push_back(devices[static_cast<std::size_t>(index)].name);
    return names;
}

std::string headline(const Machine& machine, const Plan& plan) {
    return fmt::format("efa-pin: {}: {} cores, {} NUMA, {} EFA, {} GPU; step has CPUs {}; policy {}"
                       "{}",
                       or_dash(machine.name), machine.cores.size(), machine.numa_nodes.size(),
                       machine.efas.size(), machine.gpus.size(), plan.step_cpus.list(),
                       to_string(plan.asked),
                       plan.asked == plan.used ? "" : fmt::format(" -> {}", to_string(plan.used)));
}

/// How far the farthest of a rank's interfaces is from the farthest of its NUMA nodes; unknown
/// where the machine does not say, or the rank may run anywhere.
std::string_view path_of(const Distances& distances, const Machine& machine, const Plan& plan,
                         const RankPlan& rank) {
    if (rank.nics.empty())
        return "-";
    Distance farthest = Distance::SameNuma;
    for (const int nic : rank.nics) {
        if (machine.efas[static_cast<std::size_t>(nic)].near.empty() || !plan.binds())
            return "unknown";
        for (const int numa : rank.numa)
            farthest = std::max(farthest, distances.between(numa, nic));
    }
    constexpr std::array<std::string_view, 3> words{"same NUMA", "same package", "other package"};
    return words.at(static_cast<std::size_t>(farthest));
}

/// Ranks that a row shows together, in the plan's order.
using Row = std::vector<const RankPlan*>;

/// What ranks of one row have in common.
using Site =
    std::tuple<const std::vector<int>&, const std::vector<int>&, const std::vector<int>&, int>;

struct BySite {
    static Site site(const RankPlan& rank) {
        return {rank.numa, rank.gpus, rank.nics, rank.cpus.size()};
    }
    bool operator()(const RankPlan* a, const RankPlan* b) const { return site(*a) < site(*b); }
};

std::vector<Row> rows_of(const Plan& plan) {
    const bool together = plan.ranks.size() > most_rows;
    std::map<const RankPlan*, std::size_t, BySite> row_of;
    std::vector<Row> rows;
    for (const RankPlan& rank : plan.ranks) {
        const auto [found, added] = row_of.try_emplace(&rank, rows.size());
        if (added || !together)
            rows.push_back({&rank});
        else
            rows[found->second].push_back(&rank);
    }
    return rows;
}

std::string rank_numbers(const Row& row) {
    std::vector<std::uint32_t> numbers;
    for (const RankPlan* rank : row)
        numbers.push_back(rank->rank);
    std::ranges::sort(numbers);
    return shortened(number_list(numbers), widest_numbers, numbers.size());
}

std::string cpu_numbers(const Row& row) {
    if (row.size() == 1)
        return row.front()->cpus.list();
    topology::CpuSet all;
    for (const RankPlan* rank : row)
        all.add(rank->cpus);
    const std::vector<int> cpus = all.cpus();
    return shortened(number_list({cpus.begin(), cpus.end()}), widest_numbers, cpus.size());
}

std::string device_names(const Row& row, const std::vector<Device>& devices,
                         const std::vector<int>& indices) {
    auto names = listed(names_of(devices, indices));
    if (row.size() == 1)
        return names;
    return shortened(std::move(names), widest_names, indices.size());
}

using Cells = std::vector<std::string>;

Cells cells_of(const Machine& machine, const Plan& plan, const Distances& distances,
               const Row& row) {
    const RankPlan& first = *row.front();
    return {rank_numbers(row),
            plan.binds() ? cpu_numbers(row) : "any",
            fmt::format("{}", first.cpus.size()),
            listed(numa_numbers(machine, first)),
            device_names(row, machine.gpus, first.gpus),
            device_names(row, machine.efas, first.nics),
            std::string(path_of(distances, machine, plan, first))};
}

/// Columns as wide as their widest cell; the rank is set to the right.
std::vector<std::string> table(const std::vector<Cells>& cells) {
    std::vector<std::size_t> widths(cells.front().size(), 0);
    for (const Cells& row : cells)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    std::vector<std::string> lines;
    for (const Cells& row : cells) {
        std::string line =
            fmt::format("efa-pin: {:>{}}", row[0], std::max<std::size_t>(5, widths[0]));
        for (std::size_t i = 1; i + 1 < row.size(); ++i)
            line += fmt::format("  {:<{}}", row[i], widths[i]);
        lines.push_back(line + "  " + row.back());
    }
    return lines;
}

std::vector<std::string> rank_table(const Machine& machine, const Plan& plan) {
    std::vector<Cells> cells{{"rank", "cpus", "each", "numa", "gpus", "nics", "path"}};
    const Distances distances(machine, machine.efas);
    for (const Row& row : rows_of(plan))
        cells.push_back(cells_of(machine, plan, distances, row));
    if (machine.gpus.empty())
        for (Cells& row : cells)
            row.erase(row.begin() + 4);
    return table(cells);
}

/// "96 on each of 2" where all are alike, else each by name.
std::string nic_loads(const Machine& machine, const Plan& plan) {
    if (machine.efas.empty())
        return "no EFA";
    const auto& loads = plan.ranks_on_nic;
    const auto [low, high] = std::ranges::minmax(loads);
    std::string shown = fmt::format("{} to {} on {} interfaces", low, high, loads.size());
    if (loads.size() <= 4) {
        Cells each;
        for (std::size_t i = 0; i < loads.size(); ++i)
            each.push_back(fmt::format("{} {}", machine.efas[i].name, loads[i]));
        shown = fmt::format("{}", fmt::join(each, ", "));
    } else if (low == high) {
        shown = fmt::format("{} on each of {}", low, loads.size());
    }
    return fmt::format("ranks per EFA {} (limit {})", shown, plan.ranks_per_nic);
}

std::string core_use(const Plan& plan) {
    return fmt::format(
        "idle cores {}{}; ranks across NUMA nodes {}; ranks sharing CPUs {}", plan.idle_cores,
        plan.reserved_cores > 0 ? fmt::format(", reserved {}", plan.reserved_cores) : "",
        plan.crossings, plan.overlaps);
}

std::string warning_line(const std::string& warning) { return "efa-pin: warning: " + warning; }

} // namespace

std::vector<std::string> nic_names(const Machine& machine, const RankPlan& rank) {
    return names_of(machine.efas, rank.nics);
}

std::vector<std::string> gpu_names(const Machine& machine, const RankPlan& rank) {
    return names_of(machine.gpus, rank.gpus);
}

std::vector<int> numa_numbers(const Machine& machine, const RankPlan& rank) {
    std::vector<int> numbers;
    for (const int numa : rank.numa)
        numbers.push_back(machine.numa_nodes[static_cast<std::size_t>(numa)].os_index);
    return numbers;
}

std::vector<std::string> report_lines(const Machine& machine, const Plan& plan) {
    std::vector<std::string> lines{headline(machine, plan)};
    for (std::string& line : rank_table(machine, plan))
        lines.push_back(std::move(line));
    lines.push_back("efa-pin: " + nic_loads(machine, plan));
    lines.push_back("efa-pin: " + core_use(plan));
    for (const std::string& warning : plan.warnings)
        lines.push_back(warning_line(warning));
    return lines;
}

std::vector<std::string> broken_lines(const Plan& plan) {
    std::vector<std::string> lines;
    for (const std::string& warning : plan.broken)
        lines.push_back(warning_line(warning));
    return lines;
}

std::string report_json(const Machine& machine, const Plan& plan) {
    using Json = nlohmann::ordered_json;
    const Distances distances(machine, machine.efas);
    Json ranks = Json::array();
    for (const RankPlan& rank : plan.ranks)
        ranks.push_back({{"rank", rank.rank},
                         {"cpus", rank.cpus.list()},
                         {"numa", numa_numbers(machine, rank)},
                         {"gpus", gpu_names(machine, rank)},
                         {"nics", nic_names(machine, rank)},
                         {"nic_path", path_of(distances, machine, plan, rank)},
                         {"crosses_numa", plan.binds() && rank.numa.size() > 1}});
    Json loads = Json::object();
    for (std::size_t i = 0; i < machine.efas.size(); ++i)
        loads[machine.efas[i].name] = plan.ranks_on_nic[i];
    const Json report{{"schema", "fairlead.pin/1"},
                      {"machine", machine.name},
                      {"policy", to_string(plan.used)},
                      {"policy_asked", to_string(plan.asked)},
                      {"bound", plan.binds()},
                      {"step_cpus", plan.step_cpus.list()},
                      {"ranks", ranks},
                      {"summary",
                       {{"ranks_per_nic", loads},
                        {"ranks_per_nic_limit", plan.ranks_per_nic},
                        {"idle_cores", plan.idle_cores},
                        {"reserved_cores", plan.reserved_cores},
                        {"crosses_numa", plan.crossings},
                        {"overlapping_ranks", plan.overlaps}}},
                      {"warnings", plan.warnings}};
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace fairlead::pin
