/// The brake on ourselves: a check that drains more nodes than this is more likely wrong than they
/// are broken, and where drained nodes are replaced at once each would be launched, and paid,
/// again.
#pragma once

#include "base/error.hpp"
#include "config/node_checks.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fairlead::state {

struct PartitionSize {
    std::string name;
    int nodes; ///< how many it has
};

struct DrainWish {
    std::vector<PartitionSize> partitions; ///< all that the node is in
    std::string node;
    std::string boot; ///< the node's; where nodes are replaced, the next one has the same name
    Code code;        ///< of the check that failed
    std::int64_t now; ///< seconds since 1970
};

/// Whether this check may drain this node now; if so, it is counted, for each partition of the
/// node: none of them loses more than it may, whichever jobs found the nodes broken. The same node
/// in the same boot counts once within the hour; one that was started anew counts anew, and so does
/// one whose boot is not known. Kept in `state_dir`/brake/PARTITION.json, under locks, for all
/// nodes of the partition. FL-X201 to FL-X203: then nothing may be drained.
Result<bool> may_drain(const std::filesystem::path& state_dir, const config::Brake& brake,
                       DrainWish wish);

/// A check that drained as many nodes of a partition as it may within the hour.
struct Braked {
    std::string partition;
    std::string code;                  ///< "FL-E201"
    std::vector<std::string> drained;  ///< nodes; one that was started anew again for each drain
    std::vector<std::string> withheld; ///< it would have drained these as well
};

/// What the brake keeps in service now; files that cannot be read are left out.
std::vector<Braked> braked(const std::filesystem::path& state_dir, std::int64_t now);

} // namespace fairlead::state
