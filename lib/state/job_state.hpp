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

/// Writes `run`/jobs/<id>/job.json, or refused.json where there is a refusal, mode 0600, and
/// removes the other. FL-X201.
Result<void> write_job_state(const std::filesystem::path& run, const JobState& state);

/// The sentence that stands against a job. FL-X101 when there is none, FL-X202 or FL-X203 when it
/// cannot be understood.
Result<std::string> read_refusal(const std::filesystem::path& run, JobId job);

/// Removes the job's folder; a missing one is fine. FL-X201.
Result<void> remove_job_state(const std::filesystem::path& run, JobId job);

} // namespace fairlead::state
