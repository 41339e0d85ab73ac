/// The first node of a job looks after what concerns all its nodes.
#pragma once

#include "config/config.hpp"
#include "prolog/job_environment.hpp"

#include <optional>
#include <string>

namespace fairlead::prolog {

/// Where the place of one of the job's nodes is not known yet, which slurmctld's prolog left to
/// this node: asks EC2 once, and has the job judged again. The sentence that stands against the
/// job, or nothing. On other nodes of the job it does nothing.
std::optional<std::string> refuse_misplaced(const JobEnvironment& job, const Demand& demand,
                                            const config::Config& config, const char* config_path);

} // namespace fairlead::prolog
