/// Where each node of Slurm hangs in the tree that Slurm and people are shown.
#pragma once

#include "config/config.hpp"
#include "placement/network.hpp"
#include "placement/slurm_cluster.hpp"
#include "placement/snapshot.hpp"

#include <string>
#include <vector>

namespace fairlead::placement {

/// Network nodes below one root a zone ("zone-use2-az1"). A node that is down, unknown or without a
/// topology hangs under a leaf of its zone ("unknown-use2-az1"): of the zone that it was last seen
/// in, else of the one zone that the other nodes of its partitions are in, else under "unknown".
struct Layout {
    /// Every node of the cluster is under exactly one of them; names differ. Separate roots make
    /// Slurm refuse jobs across them at submission (seen with 22.05). Where a partition has nodes
    /// under several, and does not enforce same_az for all its jobs, they are joined under one,
    /// "all-zones"; so they are where a node of such a partition may come up in any zone.
    std::vector<Branch> roots;
    /// Nodes whose path contradicts the path of another node, so that no tree has both.
    std::vector<std::string> contradicted;
};

Layout lay_out(const Cluster& cluster, const Snapshot& snapshot, const Instances& instances,
               const config::Config& config);

} // namespace fairlead::placement
