/// What slurmd tells a prolog about the job. Names beginning with SPANK_ come from the user and are
/// hostile; the rest is slurmd's own.
#pragma once

#include "base/env.hpp"
#include "base/job_id.hpp"
#include "config/config.hpp"

#include <optional>
#include <string>

namespace fairlead::prolog {

struct JobEnvironment {
    std::optional<JobId> job;
    std::string node;                    ///< SLURMD_NODENAME
    std::string partition;               ///< SLURM_JOB_PARTITION
    config::FabricRequest request;       ///< the user's options
    std::optional<std::string> admitted; ///< what claims to be the controller's record
    int restart = 0;                     ///< how often it was requeued
};

/// How often the job was requeued. Its first start has no variable for it (22.05: seen).
int restarts(const EnvView& env);

JobEnvironment read_environment(const EnvView& env);

/// What the job must find: on this node, and of all its nodes together.
struct Demand {
    config::FabricDemand held;         ///< what the job asked for or the partition enforces
    config::FabricDemand checked;      ///< the same and what observe mode would hold it to
    bool asked = false;                ///< the job itself requires EFA, so that holds in every mode
    bool enforced = false;             ///< the partition requires EFA, enforces it, and the job does not relax it
    bool grouped = false;              ///< the same of a placement group
    bool group_enforced = false;       ///< and enforces that on them
    std::optional<Error> record_error; ///< an admitted record that could not be read
};

/// The admitted record counts only where the configuration says `admission: controller`; without
/// job_submit on the controller nothing would have stripped a forged one.
Demand demand_of(const JobEnvironment& job, const config::Config& config);

} // namespace fairlead::prolog
