/// The command line of the programs that slurmd runs: `--config PATH`, nothing else.
#pragma once

#include "base/error.hpp"

namespace fairlead::prolog {

struct Arguments {
    const char* config_path = nullptr; ///< null for the default
};

/// FL-X301.
Result<Arguments> read_arguments(int argc, char** argv);

} // namespace fairlead::prolog
