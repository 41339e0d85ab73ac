/// The nodes and partitions of Slurm, from the answers of scontrol and squeue.
#pragma once

#include "base/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::placement {

struct Partition {
    std::string name;
    std::vector<std::string> nodes;
};

struct Cluster {
    /// All nodes by name, and whether they are up: one that is powered down, or on its way there or
    /// back, is no instance that EC2 could be asked about. Cloud nodes that Slurm hides while they
    /// are down come from the partitions.
    std::map<std::string, bool, std::less<>> nodes;
    std::vector<Partition> partitions;
};

/// From `scontrol --all --oneliner show node` and `... show partition`. FL-X209 where a partition
/// has a node that would be missing: its list is not understood, or shorter than its count.
Result<Cluster> parse_cluster(std::string_view nodes, std::string_view partitions);

/// What `scontrol show config` says that matters here.
struct SlurmSettings {
    std::string conf;     ///< "/etc/slurm/slurm.conf"
    std::string topology; ///< "topology/tree"
    int version = 0;      ///< 2205 for 22.05; 0 where it is not told
};

SlurmSettings parse_settings(std::string_view config);

/// Running jobs of each node, from `squeue --noheader --states=running --format=%i|%N`.
std::map<std::string, std::vector<std::string>, std::less<>> parse_jobs(std::string_view lines);

} // namespace fairlead::placement
