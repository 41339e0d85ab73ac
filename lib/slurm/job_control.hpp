/// What Fairlead does to a queued or starting job through slurmctld: libslurm's public calls. Ends
/// the process where Slurm's configuration cannot be read, as libslurm itself does, so only
/// programs that may end use it.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <set>
#include <string>

namespace fairlead::slurm {

struct Job {
    JobId id;
    bool batch;
    bool may_requeue;     ///< neither --no-requeue nor JobRequeue=0
    JobId whole;          ///< the leader of a het job, which stands for it; else the job itself
    std::string excluded; ///< host list of --exclude; empty for none
    std::string admin_comment; ///< empty for none
};

/// FL-E224 for this and all that follows, with slurmctld's own words.
Result<Job> load_job(JobId id);

/// Cloud nodes that are powered down, or on their way up or down: what is recorded of them is of an
/// instance that is gone.
Result<std::set<std::string>> nodes_without_instance();

/// Back into the queue, held; works while the job is being configured (seen on 22.05).
Result<void> requeue_held(JobId id);

/// Replaces what --exclude said; a pending job only.
Result<void> exclude_nodes(JobId id, const std::string& host_list);

Result<void> set_admin_comment(JobId id, const std::string& text);

/// Ends a hold, as `scontrol release` does.
Result<void> release(JobId id);

/// Prints a line on the terminal of srun or salloc; of a batch job on none.
Result<void> notify(JobId id, const std::string& line);

Result<void> cancel(JobId id);

} // namespace fairlead::slurm
