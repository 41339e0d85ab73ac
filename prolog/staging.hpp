/// The prolog's side of staging: a mark on the node that keeps every step from running until the
/// job's data is complete, and fairlead-stage-in, which sees to that.
#pragma once

#include "config/config.hpp"
#include "prolog/arguments.hpp"
#include "prolog/job_environment.hpp"

namespace fairlead::prolog {

/// First of all that the prolog does for a job that stages data. FL-X201 where the mark cannot be
/// written: then the node must not run the job.
Result<void> begin_staging(const JobEnvironment& job, const config::Config& config);

/// Last of all: waits until the data is complete, or is known not to become so. The exit status of
/// the prolog.
int stage_in(const JobEnvironment& job, const config::Config& config, const Arguments& arguments);

/// What stands against a job that asks for staging where the configuration cannot be read.
void refuse_staging(const JobEnvironment& job, const Error& error);

} // namespace fairlead::prolog
