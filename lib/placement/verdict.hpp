/// Whether the nodes that a job was given lie as its partition, or the job itself, demands.
#pragma once

#include "config/config.hpp"
#include "placement/snapshot.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fairlead::placement {

struct Demand {
    std::string by;    ///< who demands it, for messages: "partition 'hpc'", "the job"
    int max_layer = 0; ///< as PartitionRules::max_layer: 1 one leaf, 2 one above leaves; 0 any
    bool same_az = false;
    /// Kind of placement group, the same one for all nodes. For `cluster` a node in a capacity
    /// block needs none: EC2 keeps those of a block close by itself.
    config::Placement placement = config::Placement::Any;
    std::string group{}; ///< name of the placement group; empty where any will do
};

enum class Standing {
    Conforming,
    Violating, ///< what is known already breaks the demand
    Unknown,   ///< nothing known breaks it, and not all is known
};

struct Verdict {
    Standing standing;
    /// FL-E210, FL-E211, FL-E220, FL-E222 or FL-E223 where violating, FL-E221 where unknown.
    std::optional<Error> error{};
    /// The largest part of the known nodes that conforms, and the others, for the job's
    /// ExcNodeList. Of parts of one size the one whose names come first.
    std::vector<std::string> keep{}, exclude{};
    std::vector<std::string> unknown{}; ///< nodes of which something is not known that matters
};

/// `nodes` by Slurm's names; `snapshot` without nodes that are another instance by now (current()).
/// One node alone breaks no demand on layers and zones, so its place in them need not be known.
Verdict judge(std::span<const std::string> nodes, const Snapshot& snapshot, const Demand& demand);

} // namespace fairlead::placement
