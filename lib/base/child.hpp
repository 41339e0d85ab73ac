/// Work with a deadline: a program (no shell, a fixed environment, bounded output), or a function
/// in a child.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
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

/// Where the standard error of a program goes: to /dev/null, or among its output.
enum class Complaints { Dropped, Kept };

/// Runs argv[0] (an absolute path) with `env` as its whole environment and standard input on
/// /dev/null. A child that outlives the deadline is killed and reported as an error of `code`.
/// Of its output the first `limit` bytes are kept.
Result<ChildResult> run_child(Code code, const std::vector<std::string>& argv,
                              const std::vector<std::string>& env,
                              std::chrono::milliseconds deadline, std::size_t limit = usual_output,
                              Complaints complaints = Complaints::Dropped);

/// The same with `input` on its standard input, and its standard error among its output.
Result<ChildResult> feed_child(Code code, const std::vector<std::string>& argv,
                               const std::vector<std::string>& env,
                               std::chrono::milliseconds deadline, std::string_view input,
                               std::size_t limit = usual_output);

/// Runs `work` in a forked child, for what may hang in the kernel: a device, storage behind a
/// network. The child has no open file of ours, so that nobody waits for it once it is given up. An
/// error of `work`, and a child that outlives the deadline, are errors of `code`. For programs with
/// one thread.
Result<void> run_forked(Code code, std::string_view what, std::chrono::milliseconds deadline,
                        const std::function<Result<void>()>& work);

/// Runs `work` in a fork of this process, which must have one thread, and hands on what it returns:
/// for a question that may hang in the kernel, such as one to shared storage. The fork has no open
/// file of ours, so that nobody waits for it once it is given up; then it is an error of `code`.
Result<ChildResult> ask_forked(Code code, std::string_view what, std::chrono::milliseconds deadline,
                               const std::function<ChildResult()>& work);

} // namespace fairlead
