#include "pin/places.hpp"

#include "pin/counts.hpp"
#include "pin/domain_costs.hpp"

#include <algorithm>
#include <climits>

namespace fairlead::pin {
namespace {

using topology::CpuSet;
using topology::Machine;

std::vector<Seat> unbound(const Machine& machine, const CpuSet& step, std::size_t ranks) {
    Seat anywhere{step, {}};
    for (int i = 0; i < static_cast<int>(machine.numa_nodes.size()); ++i)
        if (machine.numa_nodes[static_cast<std::size_t>(i)].cpus.intersects(step))
            anywhere.numa.push_back(i);
    return std::vector<Seat>(ranks, anywhere);
}

int far_from_gpus(const Distances& to_gpus, int numa, GpuSpan gpus) {
    int far = 0;
    for (const int gpu : gpus)
        far += static_cast<int>(to_gpus.between(numa, gpu));
    return far;
}

/// For each domain, to the nearest device of a rank.
std::vector<int> far_of_domains(const Machine& machine, const PlanInput& input,
                                const Layout& layout, const Distances& to_nics,
                                const Distances& to_gpus) {
    const auto candidates = interfaces_to_be_near(machine, input);
    std::vector<int> all;
    for (const Domain& domain : layout.domains) {
        int nearest = input.gpus.empty() ? 0 : INT_MAX;
        for (const int gpu : input.gpus)
            nearest = std::min(nearest, static_cast<int>(to_gpus.between(domain.numa, gpu)));
        all.push_back(nearest + sum_of(to_own_interfaces(to_nics, candidates, input, domain.numa)));
    }
    return all;
}

/// Ranks with GPUs in domains: near both their GPU and the interfaces that they choose from.
Places near_gpus(const Machine& machine, const PlanInput& input, const Layout& layout,
                 const Distances& to_nics, const Distances& to_gpus) {
    const Order order = order_of(input, layout.policy);
    const auto candidates = interfaces_to_be_near(machine, input);
    const auto far = [&](std::size_t site, GpuSpan gpus) {
        const int numa = layout.domains[site].numa;
        const auto away = std::ranges::count_if(
            gpus, [&](int gpu) { return to_gpus.between(numa, gpu) == Distance::OtherPackage; });
        const Cost package = layout.policy == Policy::Nic ? cost_at(order.package, away) : Cost{0};
        return package +
               cost_at(order.near, far_from_gpus(to_gpus, numa, gpus) +
                                       sum_of(to_own_interfaces(to_nics, candidates, input, numa)));
    };
    const std::size_t ranks = input.ranks.size();
    auto shares = share_gpus(input.gpus, ranks, rooms(layout, ranks, order.domain), far);
    return {seats_in_domains(layout, shares.sites), std::move(shares.gpus)};
}

/// Seats on the same NUMA nodes, which no device can tell apart.
using Alike = std::vector<std::vector<std::size_t>>;

Alike alike(const std::vector<Seat>& seats) {
    Alike groups;
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const auto same = std::ranges::find_if(
            groups, [&](const auto& group) { return seats[group.front()].numa == seats[i].numa; });
        if (same == groups.end())
            groups.push_back({i});
        else
            same->push_back(i);
    }
    return groups;
}

/// The seats are given; which rank has which follows from the GPUs.
Places near_gpus(std::vector<Seat> seats, const PlanInput& input, const Distances& to_gpus) {
    Alike groups = alike(seats);
    std::vector<Stop> sites;
    for (const auto& group : groups)
        sites.push_back({.capacity = static_cast<std::int64_t>(group.size())});
    const auto far = [&](std::size_t site, GpuSpan gpus) {
        int sum = 0;
        for (const int gpu : gpus)
            sum += static_cast<int>(to_gpus.between(seats[groups[site].front()].numa, gpu));
        return cost_at(1, sum);
    };
    auto shares = share_gpus(input.gpus, seats.size(), sites, far);
    Places places{{}, std::move(shares.gpus)};
    places.seats.reserve(seats.size());
    std::vector<std::size_t> next(groups.size(), 0);
    for (const std::size_t site : shares.sites)
        places.seats.push_back(std::move(seats[groups[site][next[site]++]]));
    return places;
}

} // namespace

Places find_places(const Machine& machine, const PlanInput& input, const Layout& layout,
                   const Distances& to_nics, const Distances& to_gpus) {
    const std::size_t ranks = input.ranks.size();
    const bool with_gpus = !input.gpus.empty();
    if (layout.policy == Policy::None) {
        auto seats = unbound(machine, input.step_cpus & machine.cpus, ranks);
        if (!with_gpus)
            return {std::move(seats), {}};
        const std::vector<Stop> anywhere{{.capacity = static_cast<std::int64_t>(ranks)}};
        auto shares = share_gpus(input.gpus, ranks, anywhere, [](auto, auto) { return Cost{0}; });
        return {std::move(seats), std::move(shares.gpus)};
    }
    if (layout.crossing) {
        auto seats = seats_across(machine, layout, ranks,
                                  far_of_domains(machine, input, layout, to_nics, to_gpus));
        return with_gpus ? near_gpus(std::move(seats), input, to_gpus)
                         : Places{std::move(seats), {}};
    }
    if (with_gpus)
        return near_gpus(machine, input, layout, to_nics, to_gpus);
    return {seats_in_domains(layout, domains_of_ranks(machine, input, layout, to_nics)), {}};
}

} // namespace fairlead::pin
