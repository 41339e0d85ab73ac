#include "pin/plan.hpp"

#include "pin/nics.hpp"
#include "pin/slots.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

using topology::CpuSet;
using topology::Machine;

/// How the ranks of one node are cut: `per_rank` slots each from `domains`.
struct Layout {
    std::vector<Domain> domains;
    std::size_t per_rank; ///< 0: share what there is
};

Policy resolve(Policy asked, const Machine& machine) {
    if (asked != Policy::Auto)
        return asked;
    const auto near = [](const topology::Device& efa) { return !efa.near.empty(); };
    return std::ranges::count_if(machine.efas, near) >= 2 ? Policy::Nic : Policy::Numa;
}

std::size_t slots_wanted(const PlanInput& input, Policy policy) {
    if (input.cpus_per_task > 0)
        return static_cast<std::size_t>(input.cpus_per_task);
    return policy == Policy::Compact ? 1 : 0;
}

/// Cores where they suffice, threads where they do not; fewer slots per rank than asked where even
/// those do not.
Layout choose_layout(const Machine& machine, const PlanInput& input, Policy policy,
                     std::vector<std::string>& warnings) {
    const std::size_t ranks = input.ranks.size();
    const std::size_t wanted = slots_wanted(input, policy);
    const std::size_t need = ranks * std::max<std::size_t>(1, wanted);
    auto cores = domains_of(machine, input.step_cpus, Grain::Core);
    if (slot_count(cores) >= need)
        return {std::move(cores), wanted};
    auto threads = domains_of(machine, input.step_cpus, Grain::Thread);
    const std::size_t have = slot_count(threads);
    if (have >= need)
        return {std::move(threads), wanted};
    const std::size_t fit = have / ranks;
    if (fit > 0)
        warnings.push_back(fmt::format("{} CPUs per rank do not fit: {} ranks share {} CPUs, {} "
                                       "each; ask for fewer ranks or more CPUs",
                                       wanted, ranks, have, fit));
    return {std::move(threads), fit};
}

std::vector<int> all_slots(const std::vector<Domain>& domains) {
    std::vector<int> slots;
    for (const Domain& domain : domains)
        slots.insert(slots.end(), domain.slots.begin(), domain.slots.end());
    return slots;
}

CpuSet set_of(const std::vector<int>& slots, std::size_t first, std::size_t count) {
    CpuSet set;
    for (std::size_t i = first; i < first + count; ++i)
        set.add(slots[i]);
    return set;
}

/// Domains by distance to an interface, so that the first ranks land near one each.
std::vector<std::size_t> dealing_order(const Machine& machine, const std::vector<Domain>& domains,
                                       Policy policy) {
    std::vector<std::size_t> order(domains.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (policy != Policy::Nic)
        return order;
    const auto nearest = [&](std::size_t i) {
        const auto& node = machine.numa_nodes[static_cast<std::size_t>(domains[i].numa)];
        int best = 2;
        for (const auto& efa : machine.efas)
            best = std::min(best, distance(machine, node.cpus, efa));
        return best;
    };
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(nearest(i), i); });
    return order;
}

/// Ranks beyond CPUs: several share one CPU, evenly.
std::vector<CpuSet> share_cpus(const std::vector<int>& slots, std::size_t ranks) {
    std::vector<CpuSet> sets;
    for (std::size_t rank = 0; rank < ranks; ++rank)
        sets.push_back(set_of(slots, rank * slots.size() / ranks, 1));
    return sets;
}

/// One rank after the other over all slots, wherever NUMA nodes begin.
std::vector<CpuSet> line_up(const std::vector<int>& slots, std::size_t ranks,
                            std::size_t per_rank) {
    std::vector<CpuSet> sets;
    for (std::size_t rank = 0; rank < ranks; ++rank)
        sets.push_back(set_of(slots, rank * per_rank, per_rank));
    return sets;
}

/// The largest equal share that fits every domain that has ranks.
std::size_t equal_share(const std::vector<Domain>& domains, const std::vector<std::size_t>& dealt) {
    std::size_t share = SIZE_MAX;
    for (std::size_t i = 0; i < domains.size(); ++i)
        if (dealt[i] > 0)
            share = std::min(share, domains[i].slots.size() / dealt[i]);
    return share;
}

std::vector<CpuSet> place_in_domains(const Layout& layout, const std::vector<std::size_t>& dealt) {
    const std::size_t share =
        layout.per_rank > 0 ? layout.per_rank : equal_share(layout.domains, dealt);
    std::vector<CpuSet> sets;
    for (std::size_t i = 0; i < layout.domains.size(); ++i)
        for (std::size_t k = 0; k < dealt[i]; ++k)
            sets.push_back(set_of(layout.domains[i].slots, k * share, share));
    return sets;
}

std::vector<CpuSet> place(const Machine& machine, const Layout& layout, std::size_t ranks,
                          Policy policy) {
    const std::vector<int> slots = all_slots(layout.domains);
    if (slots.size() < ranks)
        return share_cpus(slots, ranks);
    if (policy == Policy::Compact)
        return line_up(slots, ranks, std::max<std::size_t>(1, layout.per_rank));
    const auto order = dealing_order(machine, layout.domains, policy);
    const auto dealt = deal(ranks, layout.domains, layout.per_rank, order);
    if (std::accumulate(dealt.begin(), dealt.end(), std::size_t{0}) < ranks)
        return line_up(slots, ranks, std::max<std::size_t>(1, layout.per_rank));
    return place_in_domains(layout, dealt);
}

/// Of nodes with the same CPUs (DRAM and HBM beside it) the first counts.
std::vector<int> numa_of(const Machine& machine, const CpuSet& cpus) {
    std::vector<int> numa;
    CpuSet seen;
    for (const auto& node : machine.numa_nodes)
        if (const CpuSet touched = node.cpus & cpus; !touched.empty() && !touched.inside(seen)) {
            numa.push_back(node.os_index);
            seen.add(touched);
        }
    return numa;
}

int count_idle_cores(const Machine& machine, const CpuSet& step, const CpuSet& busy) {
    const auto idle = [&](const topology::Core& core) {
        const auto in = [&](const CpuSet& set) {
            return std::ranges::any_of(core.pus, [&](int pu) { return set.contains(pu); });
        };
        return in(step) && !in(busy);
    };
    return static_cast<int>(std::ranges::count_if(machine.cores, idle));
}

int count_overlaps(const std::vector<CpuSet>& sets) {
    int overlaps = 0;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        const bool next = i + 1 < sets.size() && sets[i].intersects(sets[i + 1]);
        overlaps += next || (i > 0 && sets[i].intersects(sets[i - 1]));
    }
    return overlaps;
}

void add_warnings(const Machine& machine, Plan& plan) {
    for (std::size_t i = 0; i < plan.ranks_on_nic.size(); ++i)
        if (plan.ranks_on_nic[i] > ranks_per_nic_limit)
            plan.warnings.push_back(
                fmt::format("{} ranks on {}: an EFA interface carries {} (256 queue pairs, 2 a "
                            "rank); use fewer ranks or a type with more interfaces",
                            plan.ranks_on_nic[i], machine.efas[i].name, ranks_per_nic_limit));
    if (plan.overlaps > 0)
        plan.warnings.push_back(
            fmt::format("{} ranks share CPUs: the step has {} CPUs for {} ranks", plan.overlaps,
                        plan.step_cpus.size(), plan.ranks.size()));
    if (plan.crossings > 0)
        plan.warnings.push_back(
            fmt::format("{} ranks span NUMA nodes: so many CPUs per rank do not fit otherwise",
                        plan.crossings));
    if (plan.idle_cores > 0)
        plan.warnings.push_back(
            fmt::format("{} cores have no rank: {} ranks get equally many cores each, inside one "
                        "NUMA node; another number of ranks or --cpus-per-task would use them",
                        plan.idle_cores, plan.ranks.size()));
}

} // namespace

Result<Plan> plan(const Machine& machine, const PlanInput& input) {
    Plan plan{.asked = input.policy,
              .used = resolve(input.policy, machine),
              .step_cpus = input.step_cpus & machine.cpus,
              .ranks = {},
              .ranks_on_nic = {},
              .warnings = input.warnings};
    if (plan.step_cpus.empty())
        return fail(Code::P201, "--efa-pin: the step's CPUs ({}) are none of this machine's ({})",
                    input.step_cpus.list(), machine.cpus.list());
    if (input.ranks.empty())
        return fail(Code::P201, "--efa-pin: the step has no ranks on this node");
    const Layout layout = choose_layout(machine, input, plan.used, plan.warnings);
    const auto sets = place(machine, layout, input.ranks.size(), plan.used);
    NicDealer nics{machine};
    CpuSet busy;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        plan.ranks.push_back(
            {input.ranks[i], sets[i], numa_of(machine, sets[i]), nics.next(sets[i])});
        plan.crossings += plan.ranks.back().numa.size() > 1;
        busy.add(sets[i]);
    }
    plan.ranks_on_nic = nics.loads();
    plan.idle_cores = count_idle_cores(machine, plan.step_cpus, busy);
    plan.overlaps = count_overlaps(sets);
    add_warnings(machine, plan);
    return plan;
}

} // namespace fairlead::pin
