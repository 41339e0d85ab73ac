#include "pin/domain_costs.hpp"

#include "pin/nics.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

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

} // namespace

Order order_of(const PlanInput& input, Policy policy) {
    if (policy == Policy::Gpu)
        return {.domain = 2, .near = 1};
    if (policy == Policy::Nic)
        return {.package = 1, .domain = 3, .nic = 2, .near = 4};
    if (input.request.nics.kind == NicSelection::Kind::Balance)
        return {.domain = 1, .nic = 2, .near = 3};
    return {.domain = 1, .nic = 3, .near = 2};
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

std::vector<int> interfaces_to_be_near(const topology::Machine& machine, const PlanInput& input) {
    using Kind = NicSelection::Kind;
    const Kind kind = input.request.nics.kind;
    const bool of_gpu = !input.gpus.empty() && follow_gpus(input.request);
    if (of_gpu || kind == Kind::Map)
        return {};
    // A name that is not on the machine is an error later, when interfaces are given out.
    return candidate_nics(machine, input.request.nics).value_or(std::vector<int>{});
}

std::vector<Distance> to_own_interfaces(const Distances& to_nics,
                                        const std::vector<int>& candidates, const PlanInput& input,
                                        int numa) {
    std::vector<Distance> far;
    for (const int nic : candidates)
        far.push_back(to_nics.between(numa, nic));
    std::ranges::sort(far);
    far.resize(nics_each(input.request, far.size()));
    return far;
}

int sum_of(const std::vector<Distance>& distances) {
    int sum = 0;
    for (const Distance far : distances)
        sum += static_cast<int>(far);
    return sum;
}

Cost cost_of(const std::vector<Distance>& distances, const Order& order, Policy policy) {
    const auto away = std::ranges::count(distances, Distance::OtherPackage);
    const Cost package = policy == Policy::Nic ? cost_at(order.package, away) : Cost{0};
    return package + cost_at(order.near, sum_of(distances));
}

} // namespace fairlead::pin
