/// The first node of a job looks after what concerns all its nodes.
#pragma once

#include "base/deadline.hpp"
#include "config/config.hpp"
#include "prolog/arguments.hpp"
#include "prolog/job_environment.hpp"

#include <optional>
#include <string>

namespace fairlead::prolog {

/// Has fairlead-prolog-slurmctld judge where the job's nodes lie, in a child, because that reads
/// shared storage and may ask EC2. The sentence that stands against the job, or nothing. Where the
/// child gives no answer in time, the place is unknown. On the job's other nodes it does nothing.
std::optional<std::string> refuse_misplaced(const JobEnvironment& job, const Demand& demand,
                                            const config::Config& config,
                                            const Arguments& arguments, const Deadline& deadline);

} // namespace fairlead::prolog
