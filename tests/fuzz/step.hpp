/// Plans a step of any kind on a machine of any kind.
#pragma once

#include "topology/machine.hpp"

#include <string_view>
#include <utility>

namespace fairlead::fuzz {

/// An input is a machine and, behind its last "\n--- ", a step; the step is empty where there is
/// none.
std::pair<std::string_view, std::string_view> split_step(std::string_view input);

/// The words of a step, each optional: RANKS CPUS_PER_TASK THREADS_PER_CORE RANKS_PER_NIC CPUS GPUS
/// REQUEST. CPUS is a list or `all`; GPUS is CUDA_VISIBLE_DEVICES or `none`.
void plan_step(const topology::Machine& machine, std::string_view step);

} // namespace fairlead::fuzz
