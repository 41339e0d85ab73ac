/// What only EC2 knows about this instance. Empty: not known, which says nothing against the node.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fairlead::aws {

struct InstanceFacts {
    std::optional<std::string> instance_id;        ///< "i-0123456789abcdef0"
    std::optional<std::string> instance_type;      ///< "hpc7a.96xlarge"
    std::optional<std::string> availability_zone;  ///< "us-east-2b"
    std::optional<std::string> zone_id;            ///< "use2-az2", the same in every account
    std::optional<std::string> lifecycle;          ///< "on-demand", "spot", "capacity-block"
    std::optional<std::string> launch_time;        ///< pendingTime of the identity document, UTC
    std::optional<std::string> placement_group;    ///< "" where the instance is in none
    std::optional<int> partition_number;           ///< 0 where its group has no partitions
    std::optional<std::vector<int>> network_cards; ///< with an interface: indices, ascending

    bool operator==(const InstanceFacts&) const = default;
};

} // namespace fairlead::aws
