/// The nodes of a starting job and what is known of where they lie.
#pragma once

#include "config/config.hpp"
#include "placement/verdict.hpp"
#include "prolog/job_environment.hpp"

#include <string>
#include <vector>

namespace fairlead::prolog {

/// The job's nodes from SLURM_JOB_NODELIST (slurmctld) or SLURM_NODELIST (slurmd); empty where
/// neither is a host list.
std::vector<std::string> job_nodes(const EnvView& env);

struct Judged {
    placement::Verdict held;    ///< by what the job asked for and the partition enforces
    placement::Verdict checked; ///< by that and what observe mode would hold it to
};

/// What the snapshot in `state_dir` says of the nodes as the instances that they are now, and what
/// they recorded of themselves.
placement::Snapshot known_places(const std::vector<std::string>& nodes,
                                 const config::Config& config);

Judged judge_placement(const std::vector<std::string>& nodes, const placement::Snapshot& places,
                       const JobEnvironment& job, const Demand& demand,
                       const config::Config& config);

} // namespace fairlead::prolog
