/// What is wrong with the nodes of a cluster, from what slurmctld and the nodes' own records say.
#pragma once

#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "doctor/finding.hpp"
#include "placement/records.hpp"
#include "setup/slurm_nodes.hpp"

#include <string>

namespace fairlead::doctor {

using SlurmNodes = std::vector<setup::SlurmNode>;

/// Nodes whose slurmd is of another X.Y than the one that this build is for ("22.05"), where the
/// SPANK plugin does not load.
Findings version_findings(const SlurmNodes& nodes, const std::string& release);

/// Nodes that Fairlead drained, by code.
Findings drain_findings(const SlurmNodes& nodes);

/// Nodes of a partition that requires EFA and lack the feature that admission asks for, and those
/// whose type is not among the partition's or, for all that is known, has no EFA.
Findings fabric_findings(const SlurmNodes& nodes, const config::Config& config,
                         const placement::Records& records, const catalog::Catalog& catalog);

/// Nodes that are up and left no record. It is a problem where a place in the network is demanded.
Findings record_findings(const SlurmNodes& nodes, const placement::Records& records, bool needed);

} // namespace fairlead::doctor
