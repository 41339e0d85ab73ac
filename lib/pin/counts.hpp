/// How many ranks each domain gets, and which, where the step has no GPU.
#pragma once

#include "pin/distance.hpp"
#include "pin/layout.hpp"

#include <vector>

namespace fairlead::pin {

/// The domain of each rank, by local id: an index into Layout::domains. Not for a layout whose
/// ranks cross domains.
std::vector<std::size_t> domains_of_ranks(const topology::Machine& machine, const PlanInput& input,
                                          const Layout& layout, const Distances& to_nics);

} // namespace fairlead::pin
