#include "pin/counts.hpp"

#include "pin/nics.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

using topology::Machine;

/// What comes first in the choice of domains; 0 is kept for hard limits.
struct Order {
    int package = 4; ///< ranks in another package than their interface
    int domain = 4;  ///< uneven domains
    int nic = 4;     ///< uneven interfaces
    int near = 4;    ///< distance to the interface
};

Order order_of(const PlanInput& input, Policy policy) {
    const bool balance = input.request.nics.kind == NicSelection::Kind::Balance;
    if (policy == Policy::Nic)
        return {.package = 1, .domain = 3, .nic = 2, .near = 4};
    if (balance)
        return {.domain = 1, .nic = 2, .near = 3};
    return {.domain = 1, .nic = 3, .near = 2};
}

/// A unit that makes the shares of slots of `domains` as even as they can be costs the same in all.
std::vector<std::int64_t> shares(const std::vector<Domain>& domains) {
    constexpr std::int64_t most = 1 << 20;
    std::int64_t common = 1;
    for (const Domain& domain : domains)
        common = std::min(most, std::lcm(common, static_cast<std::int64_t>(domain.slots.size())));
    std::vector<std::int64_t> each;
    for (const Domain& domain : domains)
        each.push_back(common / static_cast<std::int64_t>(domain.slots.size()));
    return each;
}

/// Where ranks share slots, all slots get a rank before any gets one more.
Stop room(const Layout& layout, const Domain& domain, std::size_t ranks) {
    const auto slots = static_cast<std::int64_t>(domain.slots.size());
    if (!layout.shared)
        return {.capacity = slots / static_cast<std::int64_t>(layout.width)};
    constexpr std::int64_t before_any_interface = 1 << 10;
    const auto each = static_cast<std::int64_t>(ranks / slot_count(layout.domains));
    return {.capacity = slots * (each + 1),
            .lanes = static_cast<int>(slots),
            .limit = each,
            .beyond = cost_at(0, before_any_interface)};
}

std::vector<Stop> rooms(const Layout& layout, std::size_t ranks, int level) {
    std::vector<Stop> stops;
    const auto share = shares(layout.domains);
    for (std::size_t i = 0; i < layout.domains.size(); ++i) {
        stops.push_back(room(layout, layout.domains[i], ranks));
        if (layout.policy == Policy::Compact)
            stops.back().flat = cost_at(1, static_cast<std::int64_t>(i));
        else if (!layout.shared)
            stops.back().steep = cost_at(level, share[i]);
    }
    return stops;
}

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

/// Ranks that use the same GPUs.
struct GpuClass {
    std::span<const int> gpus;
    std::int64_t ranks;
};

std::vector<GpuClass> gpu_classes(const PlanInput& input) {
    std::vector<GpuClass> classes;
    for (std::size_t i = 0; i < input.ranks.size(); ++i) {
        const auto gpus = gpus_of_rank(input.gpus, i, input.ranks.size());
        if (!classes.empty() && std::ranges::equal(classes.back().gpus, gpus))
            ++classes.back().ranks;
        else
            classes.push_back({gpus, 1});
    }
    return classes;
}

/// Near the GPUs first, then even domains.
std::vector<std::size_t> near_gpus(const PlanInput& input, const Layout& layout,
                                   const Distances& to_gpus) {
    const auto classes = gpu_classes(input);
    Network network{.sources = {}, .sinks = rooms(layout, input.ranks.size(), 2), .arcs = {}};
    for (const GpuClass& one : classes) {
        network.sources.push_back({.capacity = one.ranks});
        for (const Domain& domain : layout.domains) {
            int far = 0;
            for (const int gpu : one.gpus)
                far += static_cast<int>(to_gpus.between(domain.numa, gpu));
            network.arcs.push_back(cost_at(1, far));
        }
    }
    const auto units = cheapest(network, static_cast<std::int64_t>(input.ranks.size()));
    std::vector<std::size_t> domains;
    for (std::size_t i = 0; i < units.size(); ++i)
        domains.insert(domains.end(), static_cast<std::size_t>(units[i]),
                       i % layout.domains.size());
    return domains;
}

} // namespace

std::vector<std::size_t> domains_of_ranks(const Machine& machine, const PlanInput& input,
                                          const Layout& layout, const Distances& to_nics,
                                          const Distances& to_gpus) {
    if (layout.policy == Policy::Gpu)
        return near_gpus(input, layout, to_gpus);
    auto counts = rank_counts(machine, input, layout, to_nics);
    if (layout.policy == Policy::Spread)
        return in_turns(machine, layout, std::move(counts));
    return in_blocks(counts);
}

std::span<const int> gpus_of_rank(const std::vector<int>& gpus, std::size_t i, std::size_t ranks) {
    const std::size_t first = i * gpus.size() / ranks;
    const std::size_t last = std::max(first + 1, (i + 1) * gpus.size() / ranks);
    if (gpus.empty())
        return {};
    return std::span(gpus).subspan(first, std::min(last, gpus.size()) - first);
}

} // namespace fairlead::pin
