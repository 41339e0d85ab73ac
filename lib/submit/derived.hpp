/// What slurmctld makes of a job after the plugin saw it, so that rules judge what will be.
#pragma once

#include "policy/job_request.hpp"

#include <string>
#include <string_view>

namespace fairlead::submit {

/// Tasks from --ntasks-per-node and the least nodes, as slurmctld counts them where -n is not given
/// (22.05 and 26.05).
void derive_counts(policy::JobRequest& job);

/// `cpus` is what was sent and becomes at least what the tasks need, unless they share CPUs
/// (--overcommit). Of an update it takes both the tasks and the CPUs of each.
void derive_cpus(policy::JobRequest& job);

/// The CPUs that --mincpus asks of each node and --cpus-per-gpu of each GPU; 22.05 gives them to
/// the job without counting them in what the command sends. It takes the generic resources.
void derive_cpus_of_parts(policy::JobRequest& job);

/// The path without what says nothing: "/fsx//eu/./a/../b/" as "/fsx/eu/b". Links are not followed.
std::string normal_path(std::string_view path);

/// Whether that is another text.
bool is_normal_path(std::string_view path);

/// Account, QOS and wckey in small letters: Slurm tells none apart by case.
void fold_names(policy::JobRequest& job);

} // namespace fairlead::submit
