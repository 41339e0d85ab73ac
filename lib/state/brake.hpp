/// The brake on ourselves: a check that drains more nodes than this is more likely wrong than they
/// are broken, and where drained nodes are replaced at once each would be launched, and paid,
/// again.
#pragma once

#include "base/error.hpp"
#include "config/node_checks.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace fairlead::state {

struct DrainWish {
    std::string partition;
    int partition_nodes; ///< how many nodes it has
    std::string node;
    Code code;        ///< of the check that failed
    std::int64_t now; ///< seconds since 1970
};

/// Whether this check may drain this node now; if so, it is counted. A node that it drained within
/// the hour may be drained again. Kept in `state_dir`/brake/PARTITION.json, under a lock, for all
/// nodes of the partition. FL-X201 to FL-X203: then nothing may be drained.
Result<bool> may_drain(const std::filesystem::path& state_dir, const config::Brake& brake,
                       const DrainWish& wish);

} // namespace fairlead::state
