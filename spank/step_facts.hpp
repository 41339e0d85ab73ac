/// What Slurm says about a step, asked in slurmstepd.
#pragma once

#include "spank/abi.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::spank {

std::uint32_t number_item(spank_t spank, spank_item_t item, std::uint32_t otherwise);

/// A variable of the step's environment. Empty where it is not set; only question marks, longer
/// than any value that we read, where it is longer still.
std::string variable(spank_t spank, const char* name);

/// Whether the user gave --cpu-bind. Only in user_init: once tasks start Slurm always sets the
/// variable.
bool user_binds(spank_t spank);

/// The user's --mem-bind, "local" or "prefer,local" or "mask_mem:"; empty without. Likewise.
std::string memory_binding(spank_t spank);

/// 0 where the user gave none.
int cpus_per_task(spank_t spank);
int threads_per_core(spank_t spank);

/// The name of the program that mpirun starts on each node to place ranks itself; empty for any
/// other program.
std::string_view launcher(spank_t spank);

/// Global ranks by local id.
std::vector<std::uint32_t> global_ranks(spank_t spank);

} // namespace fairlead::spank
