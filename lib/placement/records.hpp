/// The records that nodes left of themselves in `state_dir`/nodes: which instance each one is.
#pragma once

#include "placement/snapshot.hpp"
#include "state/node_record.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fairlead::placement {

struct Records {
    std::vector<state::NodeRecord> records; ///< each names an instance
    std::vector<std::string> without;       ///< nodes of which there is none that does
};

/// Of the nodes named, which are names and no paths.
Records read_records(const std::filesystem::path& state_dir, const std::vector<std::string>& nodes);

/// Of all nodes that have one, in the order of names.
Records read_records(const std::filesystem::path& state_dir);

Instances instances_of(const Records& records);

/// Where nodes lie, as the instances that they are now: what EC2 said, and what they recorded of
/// themselves where it was not asked or has no topology for them.
Snapshot present(Snapshot places, const Records& records);

/// When each node last booted, seconds since 1970; 0 where that is not known. Without the nodes
/// that are not up.
using Boots = std::map<std::string, std::int64_t, std::less<>>;

/// Forgets where nodes lie that are down, or whose record is older than their boot: while a cloud
/// node boots, and until it is scanned, its record is of the instance before it. A record without a
/// time is believed.
void forget_former(Snapshot& places, const Records& records, const Boots& boots);

} // namespace fairlead::placement
