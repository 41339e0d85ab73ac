#include "pin/report.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace fairlead::pin {
namespace {

using topology::Machine;

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string headline(const Machine& machine, const Plan& plan) {
    return fmt::format("efa-pin: {}: {} cores, {} NUMA, {} EFA, {} GPU; step has CPUs {}; policy {}"
                       "{}",
                       or_dash(machine.name), machine.cores.size(), machine.numa_nodes.size(),
                       machine.efas.size(), machine.gpus.size(), plan.step_cpus.list(),
                       to_string(plan.asked),
                       plan.asked == plan.used ? "" : fmt::format(" -> {}", to_string(plan.used)));
}

std::string nic_loads(const Machine& machine, const Plan& plan) {
    std::vector<std::string> loads;
    for (std::size_t i = 0; i < machine.efas.size(); ++i)
        loads.push_back(fmt::format("{} {}", machine.efas[i].name, plan.ranks_on_nic[i]));
    if (loads.empty())
        return "no EFA";
    return fmt::format("ranks per EFA {} (limit {})", fmt::join(loads, ", "), ranks_per_nic_limit);
}

} // namespace

std::vector<std::string> nic_names(const Machine& machine, const RankPlan& rank) {
    std::vector<std::string> names;
    for (const int nic : rank.nics)
        names.push_back(machine.efas[static_cast<std::size_t>(nic)].name);
    return names;
}

std::vector<std::string> report_lines(const Machine& machine, const Plan& plan) {
    std::size_t width = 4;
    for (const RankPlan& rank : plan.ranks)
        width = std::max(width, rank.cpus.list().size());
    const auto row = [width](auto rank, std::string_view cpus, std::string_view numa,
                             std::string_view nics) {
        return fmt::format("efa-pin: {:>5}  {:<{}}  {:<4}  {}", rank, cpus, width, numa, nics);
    };
    std::vector<std::string> lines{headline(machine, plan), row("rank", "cpus", "numa", "nics")};
    for (const RankPlan& rank : plan.ranks)
        lines.push_back(row(rank.rank, rank.cpus.list(),
                            fmt::format("{}", fmt::join(rank.numa, ",")),
                            or_dash(fmt::format("{}", fmt::join(nic_names(machine, rank), ",")))));
    lines.push_back(fmt::format("efa-pin: {}; idle cores {}; ranks across NUMA nodes {}; ranks "
                                "sharing CPUs {}",
                                nic_loads(machine, plan), plan.idle_cores, plan.crossings,
                                plan.overlaps));
    for (const std::string& warning : plan.warnings)
        lines.push_back("efa-pin: warning: " + warning);
    return lines;
}

std::string report_json(const Machine& machine, const Plan& plan) {
    using Json = nlohmann::ordered_json;
    Json ranks = Json::array();
    for (const RankPlan& rank : plan.ranks)
        ranks.push_back({{"rank", rank.rank},
                         {"cpus", rank.cpus.list()},
                         {"numa", rank.numa},
                         {"nics", nic_names(machine, rank)},
                         {"crosses_numa", rank.numa.size() > 1}});
    Json loads = Json::object();
    for (std::size_t i = 0; i < machine.efas.size(); ++i)
        loads[machine.efas[i].name] = plan.ranks_on_nic[i];
    const Json report{{"schema", "fairlead.pin/1"},
                      {"machine", machine.name},
                      {"policy", to_string(plan.used)},
                      {"policy_asked", to_string(plan.asked)},
                      {"step_cpus", plan.step_cpus.list()},
                      {"ranks", ranks},
                      {"summary",
                       {{"ranks_per_nic", loads},
                        {"ranks_per_nic_limit", ranks_per_nic_limit},
                        {"idle_cores", plan.idle_cores},
                        {"crosses_numa", plan.crossings},
                        {"overlapping_ranks", plan.overlaps}}},
                      {"warnings", plan.warnings}};
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace fairlead::pin
