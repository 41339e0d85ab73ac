/// One node of a job looks after what concerns all its nodes: its first.
#pragma once

#include "base/deadline.hpp"
#include "config/config.hpp"
#include "prolog/arguments.hpp"
#include "prolog/job_environment.hpp"

#include <optional>
#include <string>

namespace fairlead::prolog {

/// The sentence that stands against the nodes that the job was given, or nothing. Its first node
/// has fairlead-prolog-slurmctld judge them, in a child, because that reads shared storage and may
/// ask EC2; the others wait for what it says. Where no answer comes in time, the place is unknown.
std::optional<std::string> refuse_misplaced(const JobEnvironment& job, const Demand& demand,
                                            const config::Config& config,
                                            const Arguments& arguments, const Deadline& deadline);

} // namespace fairlead::prolog
