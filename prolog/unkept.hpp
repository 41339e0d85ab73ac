/// What stands against a job could not be left for the gate, because /run cannot be written: the
/// job must not run here, and Slurm must not drain the node for a reason that is not ours.
#pragma once

#include "base/deadline.hpp"
#include "config/config.hpp"
#include "prolog/arguments.hpp"
#include "prolog/job_environment.hpp"

namespace fairlead::prolog {

/// Whose fault it is that the job is refused. No node leaves service for where it lies.
enum class Blame { Node, Placement };

/// The prolog's exit status. With a fault of the node, which cannot keep state either, it is 1
/// where the node could be drained with `cause` as the reason; else the job is ended with
/// `sentence`.
int end_unkept(const JobEnvironment& job, const config::Config& config, const Arguments& arguments,
               const Error& cause, const std::string& sentence, Blame blame,
               const Deadline& deadline);

} // namespace fairlead::prolog
