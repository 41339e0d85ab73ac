/// Names of the files below /run/fairlead.
#pragma once

#include "base/job_id.hpp"

#include <filesystem>
#include <fmt/core.h>

namespace fairlead::state {

/// Folder and file of one job on one node.
inline std::filesystem::path job_folder(const std::filesystem::path& run, JobId job) {
    return run / "jobs" / fmt::format("{}", job.value);
}

/// The name says the state, so that the gate need not read a file of a job that may run.
inline constexpr const char* ready_name = "job.json";
inline constexpr const char* refused_name = "refused.json";

/// Of a job that stages data: whether what it stages in is complete for this node. The gate looks
/// for the name of the second.
inline constexpr const char* staged_name = "staged.json";
inline constexpr const char* unstaged_name = "unstaged.json";

/// The EFA counters at the job's start.
inline constexpr const char* counters_name = "counters.json";

/// There, and empty, where another job was on the node at the same time.
inline constexpr const char* shared_name = "shared";

/// Of a node that looked into the job's placement for all its nodes: which file says what it found.
inline constexpr const char* asked_name = "asked";

} // namespace fairlead::state
