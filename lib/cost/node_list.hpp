/// A first nodes.csv, from what Slurm and the nodes themselves say.
#pragma once

#include "placement/records.hpp"
#include "setup/slurm_nodes.hpp"

#include <string>
#include <vector>

namespace fairlead::cost {

struct NodeList {
    std::string csv{};                  ///< with its header, as Nodes::parse reads it
    std::vector<std::string> unknown{}; ///< nodes of which nobody says the type: not in it
    std::vector<std::string> assumed{}; ///< nodes of which nobody says how they are paid: on-demand
};

/// Type and purchase option of a node are those of its own record, else those that its features
/// name, as ParallelCluster's do ("dynamic,c5.xlarge,spot"). Nodes that are alike make one row.
NodeList list_nodes(const std::vector<setup::SlurmNode>& nodes, const placement::Records& records,
                    const std::string& region);

} // namespace fairlead::cost
