/// What Fairlead does to a queued or starting job through slurmctld: libslurm's public calls. Ends
/// the process where Slurm's configuration cannot be read, as libslurm itself does, so only
/// programs that may end use it.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::slurm {

struct Job {
    JobId id;
    bool batch;
    bool may_requeue;     ///< neither --no-requeue nor JobRequeue=0
    JobId whole;          ///< the leader of a het job, which stands for it; else the job itself
    std::string excluded; ///< host list of --exclude; empty for none
    std::string admin_comment; ///< empty for none
    bool running = false;      ///< it has nodes, though they may still be configured
    bool ended = false;        ///< for good; a requeued job has not
    bool held = false;         ///< in the queue with priority 0
    bool held_by_user = false; ///< so that its user may release it
    bool succeeded = false;    ///< with exit status 0
    int restarts = 0;
    std::string name{};
    std::optional<std::uint32_t> array{}, task{}; ///< where it is of an array
    std::uint32_t user = 0;                       ///< whose it is, by number
    std::string account{};
    std::string partition{}, nodes{}; ///< nodes as a host list; empty before it has any
    std::int64_t start = 0, end = 0;  ///< in seconds since 1970; 0 where that is not known
};

/// Whether it was requeued since that start, so that it is another start's to look after.
inline bool started_again(const Job& job, int restart) { return job.restarts > restart; }

/// Whether that start is over: cancelled, ended, back in the queue, or started again.
inline bool has_left(const Job& job, int restart) {
    return !job.running || started_again(job, restart);
}

/// FL-E224 for this and all that follows, with slurmctld's own words.
Result<Job> load_job(JobId id);

/// All of the queue, those that ended a short while ago among them.
Result<std::vector<Job>> load_jobs();

/// Whether slurmctld says that it does not know the job, so that it ended long ago.
bool is_unknown(const Error& error);

/// When each node last booted, seconds since 1970; 0 where slurmd has not told yet. A cloud node
/// that is powered down, or on its way up or down, is not in it: what is recorded of it is of an
/// instance that is gone.
using Boots = std::map<std::string, std::int64_t, std::less<>>;

/// Of these nodes at least: of few, slurmctld is asked one by one, of many for its whole table.
Result<Boots> node_boots(const std::vector<std::string>& nodes);

/// Back into the queue, held; works while the job is being configured (seen on 22.05).
Result<void> requeue_held(JobId id);

/// Replaces what --exclude said; a pending job only.
Result<void> exclude_nodes(JobId id, const std::string& host_list);

Result<void> set_admin_comment(JobId id, const std::string& text);

/// Ends a hold, as `scontrol release` does.
Result<void> release(JobId id);

/// The same, with a new admin_comment.
Result<void> release(JobId id, const std::string& admin_comment);

/// Prints a line on the terminal of srun or salloc; of a batch job on none.
Result<void> notify(JobId id, const std::string& line);

Result<void> cancel(JobId id);

} // namespace fairlead::slurm
