/// What the partitions that a job may run in demand of it together.
#pragma once

#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "policy/job_request.hpp"

#include <string>
#include <vector>

namespace fairlead::policy {

/// A job for several partitions is held to what all of them demand, so the weakest of each counts;
/// the prolog checks it again in the one where it starts.
struct Partitions {
    config::PartitionRules rules; ///< mode, demand and relaxations; its types are those of all
    std::string name;             ///< the first that demands no more, for messages
    bool unlisted = false;        ///< one of them does not say what its nodes are
};

Partitions partitions_of(const JobRequest& request, const config::Config& config);

/// The types among theirs that have EFA; empty also where nothing is listed.
std::vector<const catalog::InstanceType*> efa_types(const Partitions& partitions,
                                                    const catalog::Catalog& catalog);

} // namespace fairlead::policy
