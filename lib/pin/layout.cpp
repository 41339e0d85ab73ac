#include "pin/layout.hpp"

#include "pin/distance.hpp"

#include <algorithm>
#include <ranges>

namespace fairlead::pin {
namespace {

using topology::CpuSet;
using topology::Machine;

bool has_caches(const Machine& machine) {
    return std::ranges::any_of(machine.cores, [](const auto& core) { return core.cache >= 0; });
}

/// Two interfaces or more, and one in every package: no rank has to be far from all of them.
bool nics_everywhere(const Machine& machine) {
    if (machine.efas.size() < 2)
        return false;
    return std::ranges::all_of(machine.numa_nodes, [&](const auto& node) {
        return std::ranges::any_of(machine.numa_nodes, [&](const auto& other) {
            return other.package == node.package &&
                   std::ranges::any_of(machine.efas, [&](const auto& efa) {
                       return efa.near.intersects(other.cpus);
                   });
        });
    });
}

Policy automatic(const Machine& machine, const PlanInput& input) {
    if (!input.gpus.empty())
        return Policy::Gpu;
    return nics_everywhere(machine) ? Policy::Nic : Policy::Numa;
}

int threads_wanted(const PlanInput& input) {
    return input.request.smt > 0 ? input.request.smt : input.threads_per_core;
}

/// Cores where they suffice, hardware threads where they do not and nobody said otherwise.
std::vector<Domain> choose_domains(const Machine& machine, const PlanInput& input, Level level,
                                   const CpuSet& usable, bool& threads) {
    const auto wanted = static_cast<std::size_t>(std::max(1, input.cpus_per_task));
    const int said = threads_wanted(input);
    auto domains = domains_of(machine, usable, level, std::max(1, said));
    threads = said > 1;
    if (said > 0 || slot_count(domains) >= input.ranks.size() * wanted)
        return domains;
    threads = true;
    return domains_of(machine, usable, level, all_threads);
}

Layout cut(const Machine& machine, const PlanInput& input, Policy policy, Level level,
           const CpuSet& usable) {
    Layout layout{.policy = policy, .domains = {}};
    layout.domains = choose_domains(machine, input, level, usable, layout.threads);
    const std::size_t ranks = input.ranks.size();
    const auto wanted = static_cast<std::size_t>(std::max(0, input.cpus_per_task));
    const std::size_t fit = slot_count(layout.domains) / ranks;
    if (fit == 0) {
        layout.shared = true;
        layout.cut_from = wanted > 1 ? wanted : 0;
        return layout;
    }
    layout.cut_from = wanted > fit ? wanted : 0;
    layout.width = wanted > 0 && wanted <= fit ? wanted : widest(layout.domains, ranks);
    layout.crossing = fitting(layout.domains, layout.width) < ranks;
    return layout;
}

} // namespace

Policy resolve(const Machine& machine, const PlanInput& input, std::vector<std::string>& warnings) {
    const Policy asked = input.request.policy;
    const auto instead = [&](std::string_view lack) {
        warnings.push_back(fmt::format("by:{}: {}; by:numa is used", to_string(asked), lack));
        return Policy::Numa;
    };
    if (asked == Policy::Auto)
        return automatic(machine, input);
    if (asked == Policy::Gpu && input.gpus.empty())
        return instead("the step has no GPU (ask for one with --gpus or --gres)");
    if (asked == Policy::Nic && machine.efas.empty())
        return instead("the node shows no EFA interface");
    if (asked == Policy::L3 && !has_caches(machine))
        return instead("the node shows no last-level cache");
    return asked;
}

Layout lay_out(const Machine& machine, const PlanInput& input, Policy policy,
               const CpuSet& usable) {
    if (policy == Policy::L3) {
        Layout layout = cut(machine, input, policy, Level::Cache, usable);
        if (layout.crossing)
            return cut(machine, input, Policy::Numa, Level::Numa, usable);
        if (!layout.shared)
            return layout;
    }
    return cut(machine, input, policy, Level::Numa, usable);
}

} // namespace fairlead::pin
