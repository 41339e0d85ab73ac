/// A program run with a deadline: no shell, a fixed environment, bounded output.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace fairlead {

inline constexpr std::size_t usual_output = 64 * 1024;

struct ChildResult {
    int status;         ///< exit status, or 128 + signal
    std::string output; ///< its standard output, as much of it as was asked for
};

/// PATH, LC_ALL, and SLURM_CONF where this process has it, as slurmd gives it to what it runs: the
/// environment of Slurm's commands and ours when a daemon's child runs them.
std::vector<std::string> plain_environment();

/// Runs argv[0] (an absolute path) with `env` as its whole environment and standard input and error
/// on /dev/null. A child that outlives the deadline is killed and reported as an error of `code`.
/// Of its output the first `limit` bytes are kept.
Result<ChildResult> run_child(Code code, const std::vector<std::string>& argv,
                              const std::vector<std::string>& env,
                              std::chrono::milliseconds deadline, std::size_t limit = usual_output);

} // namespace fairlead
