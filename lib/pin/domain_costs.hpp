/// What it costs to put ranks into domains, in the order in which the policy looks at it.
#pragma once

#include "pin/distance.hpp"
#include "pin/layout.hpp"
#include "pin/transport.hpp"

#include <vector>

namespace fairlead::pin {

/// What comes first in the choice of domains, as levels of cost_at; 0 is kept for hard limits.
struct Order {
    int package = 4; ///< ranks in another package than their interface or GPU
    int domain = 4;  ///< uneven domains
    int nic = 4;     ///< uneven interfaces
    int near = 4;    ///< distance to the interface and the GPU
};

Order order_of(const PlanInput& input, Policy policy);

/// A stop for each domain, uneven shares of which cost at that level. Where ranks share slots, all
/// slots get a rank before any gets one more.
std::vector<Stop> rooms(const Layout& layout, std::size_t ranks, int level);

/// The interfaces that ranks of the step get or choose from: empty where they get those of their
/// GPU or what a map says, wherever they sit.
std::vector<int> interfaces_to_be_near(const topology::Machine& machine, const PlanInput& input);

/// From a NUMA node to as many of these interfaces as a rank gets, the nearest of them.
std::vector<Distance> to_own_interfaces(const Distances& to_nics,
                                        const std::vector<int>& candidates, const PlanInput& input,
                                        int numa);

int sum_of(const std::vector<Distance>& distances);

/// Of a rank that is so far from its interfaces.
Cost cost_of(const std::vector<Distance>& distances, const Order& order, Policy policy);

} // namespace fairlead::pin
