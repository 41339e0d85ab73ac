/// What srun, sbatch and salloc --help show of Fairlead. Part of the front: no C++ library.
#pragma once

#include "spank/abi.hpp"

namespace fairlead::spank {

/// Registers the options, each to be told to `callback` under its number of step_abi.h;
/// spank_options[] is not read by sbatch and salloc. Fails with -1.
int register_options(spank_t spank, spank_opt_cb_f callback);

} // namespace fairlead::spank
