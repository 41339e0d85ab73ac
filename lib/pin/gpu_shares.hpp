/// Which of the step's GPUs each rank uses, and where it sits for them.
#pragma once

#include "pin/transport.hpp"

#include <functional>
#include <span>
#include <vector>

namespace fairlead::pin {

using GpuSpan = std::span<const int>;

struct GpuShares {
    std::vector<std::size_t> sites; ///< of each rank, by local id
    std::vector<GpuSpan> gpus;      ///< of each rank; parts of what was shared
};

/// Neighbours share a GPU where there are more ranks than GPUs, and get several where there are
/// fewer, in Slurm's order of numbers and evenly: which GPU gets a rank more, or which rank a GPU
/// more, is what makes `far` least in sum. `sites` are where ranks may sit and what that costs;
/// `far` is what a rank with these GPUs costs on a site. Costs of level 0 are hard limits. Not for
/// a step without GPUs.
GpuShares share_gpus(const std::vector<int>& gpus, std::size_t ranks,
                     const std::vector<Stop>& sites,
                     const std::function<Cost(std::size_t site, GpuSpan gpus)>& far);

} // namespace fairlead::pin
