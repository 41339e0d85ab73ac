/// What slurmctld makes of a job after the plugin saw it, so that rules judge what will be.
#pragma once

#include "policy/job_request.hpp"

namespace fairlead::submit {

/// Tasks from --ntasks-per-node and the least nodes, as slurmctld counts them where -n is not given
/// (22.05 and 26.05).
void derive_counts(policy::JobRequest& job);

/// `cpus` is what was sent and becomes at least what the tasks need, unless they share CPUs
/// (--overcommit). Of an update it takes both the tasks and the CPUs of each.
void derive_cpus(policy::JobRequest& job);

/// Account, QOS and wckey in small letters: Slurm tells none apart by case.
void fold_names(policy::JobRequest& job);

} // namespace fairlead::submit
