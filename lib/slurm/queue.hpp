/// What slurmctld has in its queue. Ends the process where Slurm's configuration cannot be read, as
/// libslurm itself does.
#pragma once

#include "base/error.hpp"
#include "cost/queue.hpp"

#include <vector>

namespace fairlead::slurm {

/// All jobs, those that ended a short while ago among them (slurm.conf, MinJobAge). FL-C207 with
/// slurmctld's own words.
Result<std::vector<cost::QueuedJob>> load_queue();

/// What slurm.conf says of the cluster.
struct Cluster {
    std::string name;
    bool enforces_associations; ///< users name no account that slurmdbd does not give them
    bool enforces_wckeys;       ///< nor workload keys: the column is none that users write
    bool allocates_memory;      ///< memory is a resource of its own (SelectTypeParameters)
};

/// FL-C207.
Result<Cluster> cluster();

} // namespace fairlead::slurm
