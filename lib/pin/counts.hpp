/// How many ranks each domain gets, and which.
#pragma once

#include "pin/distance.hpp"
#include "pin/layout.hpp"

#include <span>
#include <vector>

namespace fairlead::pin {

/// The domain of each rank, by local id: an index into Layout::domains. Not for a layout whose
/// ranks cross domains.
std::vector<std::size_t> domains_of_ranks(const topology::Machine& machine, const PlanInput& input,
                                          const Layout& layout, const Distances& to_nics,
                                          const Distances& to_gpus);

/// The step's GPUs that rank `i` of `ranks` uses: neighbours share one where there are more ranks,
/// and get several where there are fewer, in Slurm's order of numbers. A part of `gpus`.
std::span<const int> gpus_of_rank(const std::vector<int>& gpus, std::size_t i, std::size_t ranks);

} // namespace fairlead::pin
