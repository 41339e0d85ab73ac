/// What a node is: written by `fairlead node scan`, once under /run and once under `state_dir`,
/// where it outlives the node.
#pragma once

#include "base/error.hpp"
#include "fabric/instance.hpp"
#include "fabric/inventory.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::state {

struct NodeRecord {
    std::string node;
    std::string boot_id;
    fabric::Instance instance;
    std::optional<std::string> availability_zone; ///< from IMDS
    std::optional<std::string> lifecycle;         ///< "on-demand", "spot", from IMDS
    std::optional<std::string> launch_time;       ///< UTC, from IMDS
    std::vector<fabric::EfaDevice> efa;
    std::string scanned; ///< UTC
};

std::string encode(const NodeRecord& record);

/// FL-X202, FL-X203.
Result<NodeRecord> decode_node_record(std::string_view text, std::string_view source);

/// Writes `run`/node.json and `state_dir`/nodes/<node>.json. FL-X201; FL-X203 where the name is no
/// host name.
Result<void> write_node_record(const std::filesystem::path& run,
                               const std::filesystem::path& state_dir, const NodeRecord& record);

} // namespace fairlead::state
