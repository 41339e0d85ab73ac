/// The tree as Slurm reads it: topology.conf (22.05 to 24.11), topology.yaml (25.05 and later).
#pragma once

#include "base/error.hpp"
#include "placement/layout.hpp"

#include <string>

namespace fairlead::placement {

enum class SlurmFormat { Conf, Yaml };

/// From 25.05 on (2505) topology.yaml, before which there is none.
SlurmFormat format_of(int slurm_version);

/// For TopologyPlugin=topology/tree: one line a switch, children before their parents.
std::string topology_conf(const Layout& layout);

/// Two topologies: "network", a tree, which is the default; and "blocks", for partitions with
/// Topology=blocks, in which each leaf is a block and the smallest gives the base size.
std::string topology_yaml(const Layout& layout);

/// FL-X209 where a node of the cluster is not in the layout, or twice.
Result<void> check_complete(const Layout& layout, const Cluster& cluster);

} // namespace fairlead::placement
