#include "pin/counts.hpp"

#include "pin/domain_costs.hpp"
#include "pin/nics.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

using topology::Machine;

/// Domains to groups of interfaces: how far ranks are from them counts where the policy says so.
Network domain_network(const PlanInput& input, const Layout& layout, const Distances& to_nics,
                       const std::vector<std::vector<int>>& groups, int limit) {
    const Order order = order_of(input, layout.policy);
    const auto ranks = static_cast<std::int64_t>(input.ranks.size());
    Network network{
        .sources = rooms(layout, input.ranks.size(), order.domain), .sinks = {}, .arcs = {}};
    for (const auto& group : groups)
        network.sinks.push_back({.capacity = ranks,
                                 .lanes = static_cast<int>(group.size()),
                                 .limit = limit,
                                 .steep = cost_at(order.nic, 1),
                                 .beyond = cost_at(0, 1)});
    for (const Domain& domain : layout.domains)
        for (const auto& group : groups) {
            const Distance far = to_nics.between(domain.numa, group.front());
            const Cost package = layout.policy == Policy::Nic && far == Distance::OtherPackage
                                     ? cost_at(order.package, 1)
                                     : Cost{0};
            network.arcs.push_back(package + cost_at(order.near, static_cast<int>(far)));
        }
    if (groups.empty()) {
        network.sinks.push_back({.capacity = ranks});
        network.arcs.assign(layout.domains.size(), Cost{0});
    }
    return network;
}

std::vector<std::size_t> rank_counts(const Machine& machine, const PlanInput& input,
                                     const Layout& layout, const Distances& to_nics) {
    const int limit =
        input.request.ranks_per_nic > 0 ? input.request.ranks_per_nic : input.ranks_per_nic;
    // A name that is not on the machine is an error later, when interfaces are given out.
    const auto candidates =
        candidate_nics(machine, input.request.nics).value_or(std::vector<int>{});
    const auto groups = nic_groups(to_nics, candidates);
    const auto network = domain_network(input, layout, to_nics, groups, limit);
    const auto units = cheapest(network, static_cast<std::int64_t>(input.ranks.size()));
    std::vector<std::size_t> counts(layout.domains.size(), 0);
    for (std::size_t i = 0; i < units.size(); ++i)
        counts[i / network.sinks.size()] += static_cast<std::size_t>(units[i]);
    return counts;
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

} // namespace

std::vector<std::size_t> domains_of_ranks(const Machine& machine, const PlanInput& input,
                                          const Layout& layout, const Distances& to_nics) {
    auto counts = rank_counts(machine, input, layout, to_nics);
    if (layout.policy == Policy::Spread)
        return in_turns(machine, layout, std::move(counts));
    return in_blocks(counts);
}

} // namespace fairlead::pin
