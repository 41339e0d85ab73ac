/// What follows from the options of a job before it is sent: Slurm's commands count tasks, nodes
/// and resources from one another. Seen on 22.05, 24.11 and 26.05 with a plugin that logs what
/// slurmctld gets.
#pragma once

#include "base/error.hpp"
#include "submit/draft.hpp"

namespace fairlead::submit {

/// The request that slurmctld sees. FL-A221 where the node list cannot be read.
Result<policy::JobRequest> settle(const Draft& draft, Command command, std::uint32_t release);

} // namespace fairlead::submit
