#include "pin/counts.hpp"

#include "pin/domain_costs.hpp"
#include "pin/nics.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

using topology::Machine;

using Lists = std::vector<std::vector<int>>;
using Counts = std::vector<std::size_t>;

/// What ranks are sent to: one sink takes `ranks`, wherever their interfaces are.
Stop any_interface(std::size_t ranks) { return {.capacity = static_cast<std::int64_t>(ranks)}; }

/// A rank chooses one interface: how far it is, and how many others have it.
void add_choice(const PlanInput& input, const Layout& layout, const Distances& to_nics,
                const Lists& groups, Network& network) {
    const Order order = order_of(input, layout.policy);
    const int limit =
        input.request.ranks_per_nic > 0 ? input.request.ranks_per_nic : input.ranks_per_nic;
    for (const auto& group : groups) {
        network.sinks.push_back(any_interface(input.ranks.size()));
        network.sinks.back().lanes = static_cast<int>(group.size());
        network.sinks.back().limit = limit;
        network.sinks.back().steep = cost_at(order.nic, 1);
        network.sinks.back().beyond = cost_at(0, 1);
    }
    for (const Domain& domain : layout.domains)
        for (const auto& group : groups)
            network.arcs.push_back(
                cost_of({to_nics.between(domain.numa, group.front())}, order, layout.policy));
}

/// A rank gets several, or none: how far they are.
void add_several(const PlanInput& input, const Layout& layout, const Distances& to_nics,
                 const std::vector<int>& candidates, Network& network) {
    const Order order = order_of(input, layout.policy);
    network.sinks.push_back(any_interface(input.ranks.size()));
    for (const Domain& domain : layout.domains)
        network.arcs.push_back(cost_of(to_own_interfaces(to_nics, candidates, input, domain.numa),
                                       order, layout.policy));
}

/// Ranks by domain, for each sink of the network.
std::vector<Counts> counts_of(const Network& network, std::size_t ranks) {
    const auto units = cheapest(network, static_cast<std::int64_t>(ranks));
    std::vector<Counts> counts(network.sinks.size(), Counts(network.sources.size(), 0));
    for (std::size_t i = 0; i < units.size(); ++i)
        counts[i % network.sinks.size()][i / network.sinks.size()] =
            static_cast<std::size_t>(units[i]);
    return counts;
}

Network domain_network(const PlanInput& input, const Layout& layout) {
    return {.sources = rooms(layout, input.ranks.size(), order_of(input, layout.policy).domain),
            .sinks = {},
            .arcs = {}};
}

Counts rank_counts(const Machine& machine, const PlanInput& input, const Layout& layout,
                   const Distances& to_nics) {
    // A name that is not on the machine is an error later, when interfaces are given out.
    const auto candidates =
        candidate_nics(machine, input.request.nics).value_or(std::vector<int>{});
    Network network = domain_network(input, layout);
    if (nics_each(input.request, candidates.size()) == 1)
        add_choice(input, layout, to_nics, nic_groups(to_nics, candidates), network);
    else
        add_several(input, layout, to_nics, candidates, network);
    Counts sums(layout.domains.size(), 0);
    for (const Counts& counts : counts_of(network, input.ranks.size()))
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += counts[i];
    return sums;
}

/// One domain after the other.
std::vector<std::size_t> in_blocks(const std::vector<std::size_t>& counts) {
    std::vector<std::size_t> domains;
    for (std::size_t i = 0; i < counts.size(); ++i)
        domains.insert(domains.end(), counts[i], i);
    return domains;
}

/// From package to package, so that neighbouring ranks are far apart.
std::vector<std::size_t> in_turns(const Machine& machine, const Layout& layout,
                                  std::vector<std::size_t> counts) {
    std::vector<std::size_t> turn(counts.size());
    std::iota(turn.begin(), turn.end(), std::size_t{0});
    const auto package = [&](std::size_t i) {
        return machine.numa_nodes[static_cast<std::size_t>(layout.domains[i].numa)].package;
    };
    const auto place_in_package = [&](std::size_t i) {
        std::size_t before = 0;
        for (std::size_t other = 0; other < i; ++other)
            before += package(other) == package(i);
        return before;
    };
    std::ranges::stable_sort(turn, {}, place_in_package);
    std::vector<std::size_t> domains;
    for (bool left = true; left;) {
        left = false;
        for (const std::size_t i : turn)
            if (counts[i] > 0) {
                domains.push_back(i);
                --counts[i];
                left = true;
            }
    }
    return domains;
}

std::vector<std::size_t> in_order(const Machine& machine, const Layout& layout, Counts counts) {
    if (layout.policy == Policy::Spread)
        return in_turns(machine, layout, std::move(counts));
    return in_blocks(counts);
}

/// Ranks that a map gives interfaces equally far from every domain.
struct Turns {
    std::vector<std::vector<Cost>> costs{}; ///< by domain
    std::vector<std::size_t> ranks{};
    std::vector<std::size_t> of_rank{};
};

Turns turns_of(const PlanInput& input, const Layout& layout, const Distances& to_nics,
               const Lists& lists) {
    const Order order = order_of(input, layout.policy);
    Turns turns;
    for (const auto& list : lists) {
        std::vector<Cost> costs;
        for (const Domain& domain : layout.domains) {
            std::vector<Distance> far;
            for (const int nic : list)
                far.push_back(to_nics.between(domain.numa, nic));
            costs.push_back(cost_of(far, order, layout.policy));
        }
        const auto known = std::ranges::find(turns.costs, costs);
        turns.of_rank.push_back(static_cast<std::size_t>(known - turns.costs.begin()));
        if (known == turns.costs.end()) {
            turns.costs.push_back(std::move(costs));
            turns.ranks.push_back(0);
        }
        ++turns.ranks[turns.of_rank.back()];
    }
    return turns;
}

/// Every rank near the interfaces that the map gives it.
std::vector<std::size_t> domains_of_mapped(const Machine& machine, const PlanInput& input,
                                           const Layout& layout, const Distances& to_nics,
                                           const Lists& lists) {
    const Turns turns = turns_of(input, layout, to_nics, lists);
    Network network = domain_network(input, layout);
    for (const std::size_t ranks : turns.ranks)
        network.sinks.push_back(any_interface(ranks));
    for (std::size_t domain = 0; domain < layout.domains.size(); ++domain)
        for (const auto& costs : turns.costs)
            network.arcs.push_back(costs[domain]);
    std::vector<std::vector<std::size_t>> domains;
    for (Counts& counts : counts_of(network, input.ranks.size()))
        domains.push_back(in_order(machine, layout, std::move(counts)));
    std::vector<std::size_t> next(domains.size(), 0), all;
    for (const std::size_t turn : turns.of_rank)
        all.push_back(domains[turn][next[turn]++]);
    return all;
}

} // namespace

std::vector<std::size_t> domains_of_ranks(const Machine& machine, const PlanInput& input,
                                          const Layout& layout, const Distances& to_nics) {
    if (input.request.nics.kind == NicSelection::Kind::Map)
        if (const auto lists = mapped_nics(machine, input.ranks.size(), input.request.nics))
            return domains_of_mapped(machine, input, layout, to_nics, *lists);
    return in_order(machine, layout, rank_counts(machine, input, layout, to_nics));
}

} // namespace fairlead::pin
