/// What the user gave of the options that Fairlead adds to srun, sbatch and salloc.
#pragma once

#include "base/error.hpp"
#include "config/fabric_words.hpp"
#include "spank/abi.hpp"
#include "stage/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fairlead::spank {

struct Options {
    std::optional<std::string> pin; ///< value of --efa-pin; empty for the bare option
    config::FabricRequest fabric;   ///< --efa and its siblings
    std::vector<stage::Transfer>
        staging;                ///< --stage-in and --stage-out; on a node the last of each
    std::optional<Error> error; ///< the first value that could not be read
};

/// What the callbacks have seen in this process.
const Options& options();

/// The option whose reading met a fault of our own on a node, or null.
const char* faulted_option();

/// The value of one, as Slurm's spank_opt_cb_f has it; `index` is of step_abi.h. Fails with -1.
int take_option(int index, const char* argument, int remote);

} // namespace fairlead::spank
