/// What EC2 says about where each Slurm node lies in its network: one file, `state_dir`
/// /topology.json, written by `fairlead topology refresh` and read by slurmctld's prolog, the
/// prologs of nodes and `fairlead topology`.
#pragma once

#include "aws/ec2.hpp"
#include "base/error.hpp"
#include "state/node_record.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::placement {

/// The place of the instance that a node was when EC2 was asked.
struct Place {
    std::string instance; ///< "i-0123456789abcdef0"; ParallelCluster gives a name to the next one
    std::string type;     ///< "hpc7a.96xlarge"
    /// Network nodes above it, top first, the last is what it is attached to. Empty where EC2 was
    /// not asked, and where it has no topology for it: most types have none.
    std::vector<std::string> path{};
    /// Name of its placement group, "" where it is in none. Nothing where it is not known: EC2 told
    /// no topology and the instance itself no group.
    std::optional<std::string> group{};
    std::string strategy{}; ///< of that group: "cluster", "spread", "partition"; empty if not told
    std::string zone{};     ///< "us-east-2b"
    std::string zone_id{};  ///< "use2-az2"; empty where the topology is
    std::string capacity_block{}; ///< empty where there is none, or not yet just after the launch
    std::string lifecycle{};      ///< as the instance recorded it, "capacity-block"; empty if not
    /// EC2 was asked about it. Otherwise it is what the instance recorded of itself.
    bool asked = true;

    friend bool operator==(const Place&, const Place&) = default;
};

/// Where each node lies.
struct Snapshot {
    std::string taken; ///< UTC, of the last refresh
    std::string region;
    std::map<std::string, Place, std::less<>> nodes; ///< by Slurm's name

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

/// Which instance each node is now, as `fairlead node scan` recorded it.
using Instances = std::map<std::string, std::string, std::less<>>;

inline std::filesystem::path snapshot_file(const std::filesystem::path& state_dir) {
    return state_dir / "topology.json";
}

std::string encode(const Snapshot& snapshot);

/// FL-X202, FL-X203.
Result<Snapshot> decode_snapshot(std::string_view text, std::string_view source);

/// FL-X210 where there is none yet; FL-X103, FL-X202, FL-X203.
Result<Snapshot> read_snapshot(const std::filesystem::path& file);

/// Puts the nodes of `update` into the file, under a lock, and keeps the others. A damaged file is
/// begun anew. The whole of it. FL-X201.
Result<Snapshot> merge_into(const std::filesystem::path& file, const Snapshot& update);

/// Without the places of nodes that are another instance by now; a node without a record keeps its
/// place.
Snapshot current(Snapshot snapshot, const Instances& instances);

/// What the instance knows of its place without EC2's API: its zone, group and lifecycle.
Place recorded_place(const state::NodeRecord& record);

/// What EC2 answered about the instances of `records`. One that it gave no topology for gets a
/// place without a path: what it recorded of itself, and its group's strategy. FL-X208 where a name
/// of a network node or a zone is none.
Result<Snapshot> snapshot_of(std::span<const state::NodeRecord> records,
                             std::span<const aws::InstanceTopology> instances,
                             std::span<const aws::PlacementGroup> groups, std::string region);

} // namespace fairlead::placement
