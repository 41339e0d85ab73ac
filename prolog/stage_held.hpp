/// Staging for a job that is held until its data is there (when=queued). The service `fairlead
/// stage import` runs fairlead-stage-in for each such job, on its own machine, before the job has
/// nodes.
#pragma once

#include "base/job_id.hpp"
#include "config/config.hpp"

#include <string>

namespace fairlead::prolog {

/// Stages what the #STAGE lines of the job's script ask for, and releases the job. Where the data
/// is certain not to be had, the job stays held, with the reason in its comment. Where it may be
/// the service that cannot stage, the job is released too: the prolog stages then. A job that is
/// not held any more, or that another holds, stays as it is (prolog/held_job.hpp). The exit status:
/// 0, or 1 where slurmctld does not answer.
int stage_held(JobId job, const config::Config& config, const std::string& config_path);

} // namespace fairlead::prolog
