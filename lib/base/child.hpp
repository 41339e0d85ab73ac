/// A program run with a deadline: no shell, a fixed environment, bounded output.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace fairlead {

struct ChildResult {
    int status;         ///< exit status, or 128 + signal
    std::string output; ///< first 64 KiB of its standard output
};

/// Runs argv[0] (an absolute path) with `env` as its whole environment and standard input and error
/// on /dev/null. A child that outlives the deadline is killed and reported as an error of `code`.
Result<ChildResult> run_child(Code code, const std::vector<std::string>& argv,
                              const std::vector<std::string>& env,
                              std::chrono::milliseconds deadline);

} // namespace fairlead
