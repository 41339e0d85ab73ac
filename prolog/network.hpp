/// The network report of a job: EFA counters at its start and at its end. Nothing here ever stops a
/// job or a node: what fails is logged, and the report lacks this node.
#pragma once

#include "base/deadline.hpp"
#include "base/env.hpp"
#include "base/job_id.hpp"
#include "config/config.hpp"
#include "prolog/job_environment.hpp"

namespace fairlead::prolog {

/// Called by the prolog once the job may run here. On a node with EFA every job leaves a mark, so
/// that others know that they shared the interfaces; where the job is to be reported on, the
/// counters are kept beside it. A device that hangs is given up, and with no time left of the
/// prolog's deadline nothing is read.
void begin_network_report(const JobEnvironment& job, const Demand& demand,
                          const config::Config& config, const Deadline& deadline);

/// Called by the epilog before it removes the job's state: writes this node's part to the spool, in
/// a child with a deadline, because devices and shared storage may hang.
void end_network_report(const EnvView& env, JobId job);

} // namespace fairlead::prolog
