/// EC2's query API (version 2016-11-15), as much of it as Fairlead asks.
#pragma once

#include "aws/client.hpp"
#include "catalog/catalog.hpp"

#include <span>
#include <string>
#include <vector>

namespace fairlead::aws {

/// Where an instance lies in EC2's network (DescribeInstanceTopology).
struct InstanceTopology {
    std::string id;    ///< "i-0123456789abcdef0"
    std::string type;  ///< "hpc7a.96xlarge"
    std::string group; ///< name of its placement group; empty where it is in none
    std::vector<std::string> network_nodes; ///< top first, the last is what it is attached to
    std::string zone;                       ///< "us-east-2b"
    std::string zone_id;                    ///< "use2-az2"
    std::string capacity_block; ///< empty where there is none, or not yet just after the launch
};

struct PlacementGroup {
    std::string name;
    std::string strategy; ///< "cluster", "spread", "partition" as EC2 writes it
    std::string state;    ///< "available" and others
};

/// One call a hundred instances, which is EC2's limit; instances that EC2 does not know, or of a
/// type without a topology, are absent from the answer. FL-X205 to FL-X208.
Result<std::vector<InstanceTopology>> instance_topology(Client& client,
                                                        std::span<const std::string> ids);

/// The instances of one page of DescribeInstanceTopology. FL-X208.
Result<std::vector<InstanceTopology>> read_topology_page(const std::string& xml);

/// All groups of the region that are named. FL-X205 to FL-X208.
Result<std::vector<PlacementGroup>> placement_groups(Client& client,
                                                     std::span<const std::string> names);

/// Whether the caller may do that, asked with DryRun, which does nothing else. FL-X205 to FL-X208
/// where EC2 says neither.
Result<bool> may_call(Client& client, const std::string& action);

/// The types with EFA that the region offers; NUMA nodes are not in the answer. FL-X205 to FL-X208.
Result<std::vector<catalog::InstanceType>> efa_instance_types(Client& client);

/// What a spot instance cost from a moment on, in EC2's words.
struct SpotPrice {
    std::string zone;      ///< "us-east-2b"
    std::string type;      ///< "hpc7a.96xlarge"
    std::string product;   ///< "Linux/UNIX"
    std::string price;     ///< dollars an hour, "2.880000"
    std::string timestamp; ///< "2026-11-01T08:00:00.000Z"
};

/// The prices of Linux in all zones of the region from `since` ("2026-09-01T00:00:00Z") on, and
/// those that held then; none of a type that is not sold so. FL-X205 to FL-X208.
Result<std::vector<SpotPrice>> spot_history(Client& client, std::span<const std::string> types,
                                            const std::string& since);

} // namespace fairlead::aws
