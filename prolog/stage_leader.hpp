/// The first node of a job: it claims the job, has fairlead-stage copy, and tells the other nodes
/// and the user how that goes.
#pragma once

#include "config/config.hpp"
#include "prolog/job_owner.hpp"
#include "prolog/stage_answer.hpp"
#include "prolog/staged_job.hpp"

#include <chrono>
#include <string>

namespace fairlead::prolog {

/// What this start of a job is about.
struct Leader {
    const config::Config& config;
    std::string config_path;
    std::string node;
    std::string cluster;
    StagedJob job;
    JobOwner owner;
    std::string account{}; ///< where it is known
};

/// Fills in the symbols, once. FL-S101, FL-S102.
Result<void> spell_out(Leader& leader);

/// Of a leader that is spelt out: copies what goes to this node alone (mode=local), after all that
/// is shared is there. Its claim and journal are the node's own. The user hears of it from a node
/// that cannot take it.
StageAnswer fill_node(const Leader& leader, std::chrono::seconds deadline);

/// The same on the first node, which tells the user how far it is for all of them.
StageAnswer fill_first_node(const Leader& leader, std::chrono::seconds deadline);

/// Spells the symbols out, checks the map of buckets where the request is a user's, copies, and
/// plans what is staged out.
StageAnswer lead(Leader& leader);

struct HeldCopy {
    StageAnswer answer;
    bool whole = false; ///< not where the job may run without
};

/// What the service does for a job that is held: the same without nodes that wait, and without
/// results. What is copied is kept for the prolog to find. `epoch` is the last claim from before
/// the job was seen held; FL-S122 where the job was claimed or released since.
HeldCopy lead_held(Leader& leader, std::int64_t epoch);

/// Takes over from a leader that was killed, only to tell the other nodes that the job is refused.
void refuse_nodes(const std::filesystem::path& state_dir, const stage::JobRun& run,
                  const Error& error);

/// Sends a batch job back to the queue, where it waits for its user; srun and salloc end. A job
/// that was cancelled or requeued meanwhile is left alone. `restart` is the start that has failed;
/// false where the job has begun a later one, whose nodes are not told either.
bool hold_job(JobId id, int restart, const Error& error);

} // namespace fairlead::prolog
