/// What slurmctld makes of a job after the plugin saw it, so that rules judge what will be.
#pragma once

#include "policy/job_request.hpp"
#include "submit/draft.hpp"

#include <string>
#include <string_view>

namespace fairlead::submit {

/// Of a submission, in this order. Tasks from --ntasks-per-gpu or --ntasks-per-node and the nodes,
/// as slurmctld counts them where -n is not given (22.05 to 26.05), and anew where a range of nodes
/// lets it have more.
void derive_tasks(policy::JobRequest& job);

/// Generic resources; with --ntasks-per-gpu tasks come of the GPUs, whatever -n says, or GPUs of
/// the tasks where none are asked for.
void derive_resources(policy::JobRequest& job, const TresLists& lists);

/// `cpus` is what was sent and becomes what the job may come to: what its tasks need, unless they
/// share CPUs (--overcommit), and what each node and each GPU brings.
void derive_cpus(policy::JobRequest& job);

/// The same of an update, as far as it names what CPUs are of. Slurmctld raises tasks to the least
/// nodes.
void derive_cpus_in_update(policy::JobRequest& job);

/// The path without what says nothing: "/fsx//eu/./a/../b/" as "/fsx/eu/b". Links are not followed.
std::string normal_path(std::string_view path);

/// Whether that is another text.
bool is_normal_path(std::string_view path);

/// Account, QOS and wckey in small letters: Slurm tells none apart by case.
void fold_names(policy::JobRequest& job);

} // namespace fairlead::submit
