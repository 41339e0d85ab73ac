/// Whether the nodes that a job was given lie as its partition, or the job itself, demands.
#pragma once

#include "config/config.hpp"
#include "placement/snapshot.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::placement {

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

/// `nodes` by Slurm's names; `snapshot` without nodes that are another instance by now (present());
/// `by` is who demands it, for the message: "partition 'hpc'", "the job". All nodes must be in one
/// placement group where a kind or a name is demanded; for `cluster` a node in a capacity block
/// needs none, because EC2 keeps those of a block close by itself. Layers alone need a path: EC2
/// has none for most types. EFA is not looked at.
Verdict judge(std::span<const std::string> nodes, const Snapshot& snapshot,
              const config::FabricDemand& demand, std::string_view by);

/// Whether so many nodes could lie otherwise than demanded: one alone breaks no demand on layers
/// and zones, so nobody need know where it lies.
bool can_break(const config::FabricDemand& demand, std::size_t nodes);

} // namespace fairlead::placement
