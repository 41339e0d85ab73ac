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
inline std::filesystem::path job_file(const std::filesystem::path& run, JobId job) {
    return job_folder(run, job) / "job.json";
}

} // namespace fairlead::state
