/// The options that Fairlead adds to srun, sbatch and salloc, and what the user gave.
#pragma once

#include "base/error.hpp"
#include "config/fabric_words.hpp"
#include "spank/abi.hpp"

#include <optional>
#include <string>

namespace fairlead::spank {

struct Options {
    std::optional<std::string> pin; ///< value of --efa-pin; empty for the bare option
    config::FabricRequest fabric;   ///< --efa and its siblings
    std::optional<Error> error;     ///< the first value that could not be read
};

/// What the callbacks have seen in this process.
const Options& options();

/// The option whose reading met a fault of our own on a node, or null.
const char* faulted_option();

/// Registers the options; spank_options[] is not read by sbatch and salloc.
int register_options(spank_t spank);

} // namespace fairlead::spank
