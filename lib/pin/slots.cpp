#include "pin/slots.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

using topology::Core;
using topology::CpuSet;
using topology::Machine;

void add_slots(const Core& core, int index, const CpuSet& step, int threads,
               std::vector<Slot>& slots) {
    int taken = 0;
    for (const int pu : core.pus)
        if (taken < threads && step.contains(pu)) {
            slots.push_back({pu, index, core.cache});
            ++taken;
        }
}

/// The domain a core belongs to; caches of different NUMA nodes are never one.
Domain& domain_for(std::vector<Domain>& domains, const Core& core, Level level) {
    for (Domain& domain : domains)
        if (domain.numa == core.numa &&
            (level == Level::Numa || domain.slots.front().cache == core.cache))
            return domain;
    return domains.emplace_back(Domain{core.numa, {}});
}

} // namespace

std::vector<Domain> domains_of(const Machine& machine, const CpuSet& step, Level level,
                               int threads) {
    std::vector<Domain> domains;
    for (int i = 0; i < static_cast<int>(machine.cores.size()); ++i) {
        const Core& core = machine.cores[static_cast<std::size_t>(i)];
        const auto usable = [&](int pu) { return step.contains(pu); };
        if (std::ranges::any_of(core.pus, usable))
            add_slots(core, i, step, threads, domain_for(domains, core, level).slots);
    }
    std::ranges::stable_sort(domains, {}, &Domain::numa);
    return domains;
}

std::size_t slot_count(const std::vector<Domain>& domains) {
    return std::accumulate(
        domains.begin(), domains.end(), std::size_t{0},
        [](std::size_t sum, const Domain& domain) { return sum + domain.slots.size(); });
}

std::size_t fitting(const std::vector<Domain>& domains, std::size_t width) {
    return std::accumulate(domains.begin(), domains.end(), std::size_t{0},
                           [width](std::size_t sum, const Domain& domain) {
                               return sum + domain.slots.size() / width;
                           });
}

std::size_t widest(const std::vector<Domain>& domains, std::size_t ranks) {
    std::size_t width = slot_count(domains) / ranks;
    while (width > 0 && fitting(domains, width) < ranks)
        --width;
    return width;
}

CpuSet reserved_cores(const Machine& machine, const CpuSet& step, int count) {
    CpuSet reserved;
    if (count == 0)
        return reserved;
    auto domains = domains_of(machine, step, Level::Numa, 1);
    for (int i = 0; i < count && !domains.empty(); ++i) {
        const auto size = [](const Domain& domain) { return domain.slots.size(); };
        const auto fullest = std::ranges::max_element(domains, {}, size);
        if (fullest->slots.empty())
            break;
        const auto core = static_cast<std::size_t>(fullest->slots.front().core);
        for (const int pu : machine.cores[core].pus)
            reserved.add(pu);
        fullest->slots.erase(fullest->slots.begin());
    }
    return reserved & step;
}

} // namespace fairlead::pin
