/// What the prolog found out about a job on this node, for the gate in the SPANK plugin.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace fairlead::state {

struct JobState {
    JobId job;
    std::string node;
    int efa_found;
    std::optional<int> efa_expected;
    std::optional<std::string> refusal; ///< set when no step of the job may run here, with its code
};

/// Writes `run`/jobs/<id>/job.json, mode 0600. FL-X201.
Result<void> write_job_state(const std::filesystem::path& run, const JobState& state);

/// FL-X101 when the prolog wrote none, FL-X202 or FL-X203 when it cannot be understood.
Result<JobState> read_job_state(const std::filesystem::path& run, JobId job);

/// Removes the job's folder; a missing one is fine. FL-X201.
Result<void> remove_job_state(const std::filesystem::path& run, JobId job);

} // namespace fairlead::state
