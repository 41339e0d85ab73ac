/// The records that nodes left of themselves in `state_dir`/nodes: which instance each one is.
#pragma once

#include "placement/snapshot.hpp"
#include "state/node_record.hpp"

#include <filesystem>
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

} // namespace fairlead::placement
