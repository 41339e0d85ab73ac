/// Results that wait for their export, one file each. What is queued stays until it is exported.
#pragma once

#include "stage/export_plan.hpp"

#include <ctime>
#include <filesystem>
#include <optional>
#include <vector>

namespace fairlead::stage {

/// Moves the plan of a job that has ended into the queue, for good; true where it is there now, and
/// false where there is no plan: another node was first, or nothing is staged out. FL-S131.
Result<bool> enqueue(const std::filesystem::path& state_dir, const JobRun& run);

/// The oldest submission first. FL-S131.
Result<std::vector<JobRun>> queued(const std::filesystem::path& state_dir);

/// Plans that are not queued, because the job runs or its nodes are lost.
std::vector<JobRun> planned(const std::filesystem::path& state_dir);

/// Takes a run out of the queue once its results are where they belong.
Result<void> finish(const std::filesystem::path& state_dir, const JobRun& run);

/// Whether a later start of the same submission has planned results, which are the job's then.
bool planned_again(const std::filesystem::path& state_dir, const JobRun& run);

/// How often an export has failed, and when it is due again.
struct Retry {
    int tries = 0;
    std::time_t due = 0;
    std::string message{};           ///< what failed last, with its code
    std::optional<bool> succeeded{}; ///< whether its job did; slurmctld forgets that soon
    bool always_done = false; ///< what is exported whether the job succeeded or not is exported
    int together = 0; ///< how many runs share a task of FSx with it at most; 0 for all that fit
};

Retry read_retry(const std::filesystem::path& state_dir, const JobRun& run);

/// The next try after a failure: 30 s later, and twice as long each time up to an hour.
Retry after_failure(const Retry& before, std::time_t now, std::string message);
Result<void> write_retry(const std::filesystem::path& state_dir, const JobRun& run,
                         const Retry& retry);

} // namespace fairlead::stage
