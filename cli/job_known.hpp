/// What Slurm knows of one job, queued, running or long ended.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"
#include "config/config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fairlead::cli {

struct KnownJob {
    JobId id;
    std::uint32_t user = 0; ///< whose it is, by number
    std::string partition{};
    std::string state{}; ///< "queued", "running", "ended", or sacct's word
    std::vector<std::string> nodes{};
    std::vector<std::string> former{}; ///< nodes of earlier runs, as far as the accounting tells
    int restarts = 0;                  ///< how often it was requeued; 0 where that is not known
    std::string excluded{};            ///< host list of --exclude, while slurmctld knows the job
    std::string admin_comment{};
    std::int64_t start = 0, end = 0; ///< in seconds since 1970; 0 where that is not known
};

/// From slurmctld, else from the accounting: the last run. FL-X303 where neither knows it, and
/// where it is neither the caller's nor the caller root.
Result<KnownJob> known_job(const config::Config& config, JobId id);

} // namespace fairlead::cli
