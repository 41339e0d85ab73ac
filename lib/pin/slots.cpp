#include "pin/slots.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

void add_core(const topology::Core& core, const topology::CpuSet& step, Grain grain,
              std::vector<int>& slots) {
    for (const int pu : core.pus) {
        if (!step.contains(pu))
            continue;
        slots.push_back(pu);
        if (grain == Grain::Core)
            return;
    }
}

} // namespace

std::vector<Domain> domains_of(const topology::Machine& machine, const topology::CpuSet& step,
                               Grain grain) {
    std::vector<Domain> domains;
    for (int numa = 0; numa < static_cast<int>(machine.numa_nodes.size()); ++numa)
        domains.push_back({numa, {}});
    for (const topology::Core& core : machine.cores)
        add_core(core, step, grain, domains[static_cast<std::size_t>(core.numa)].slots);
    std::erase_if(domains, [](const Domain& domain) { return domain.slots.empty(); });
    return domains;
}

std::size_t slot_count(const std::vector<Domain>& domains) {
    return std::accumulate(
        domains.begin(), domains.end(), std::size_t{0},
        [](std::size_t sum, const Domain& domain) { return sum + domain.slots.size(); });
}

std::vector<std::size_t> deal(std::size_t ranks, const std::vector<Domain>& domains,
                              std::size_t slots_per_rank, const std::vector<std::size_t>& order) {
    const std::size_t need = std::max<std::size_t>(1, slots_per_rank);
    std::vector<std::size_t> dealt(domains.size(), 0);
    const auto full = [&](std::size_t i) {
        return (dealt[i] + 1) * need > domains[i].slots.size();
    };
    // The next rank goes where the share of slots per rank stays largest.
    const auto better = [&](std::size_t a, std::size_t b) {
        return domains[a].slots.size() * (dealt[b] + 1) > domains[b].slots.size() * (dealt[a] + 1);
    };
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        const std::size_t* best = nullptr;
        for (const std::size_t& i : order)
            if (!full(i) && (!best || better(i, *best)))
                best = &i;
        if (!best)
            break;
        ++dealt[*best];
    }
    return dealt;
}

} // namespace fairlead::pin
