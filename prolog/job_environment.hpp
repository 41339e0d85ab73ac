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
    std::string node;                           ///< SLURMD_NODENAME
    std::string partition;                      ///< SLURM_JOB_PARTITION
    config::EfaNeed efa = config::EfaNeed::Off; ///< the user's --efa
    std::optional<std::string> admitted;        ///< what claims to be the controller's record
};

JobEnvironment read_environment(const EnvView& env);

/// What the job must find on this node.
struct Demand {
    config::EfaNeed efa = config::EfaNeed::Off;
    bool asked = false;                ///< the job itself requires it, so that holds in every mode
    bool enforced = false;             ///< the partition requires it and enforces that on its nodes
    std::optional<Error> record_error; ///< an admitted record that could not be read
};

/// The admitted record counts only where the configuration says `admission: controller`; without
/// job_submit on the controller nothing would have stripped a forged one.
Demand demand_of(const JobEnvironment& job, const config::Config& config);

} // namespace fairlead::prolog
