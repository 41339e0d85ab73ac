/// What EC2's metadata says of an instance against what the node shows and its partition demands.
/// Facts that are not known are no failure.
#pragma once

#include "aws/instance_facts.hpp"
#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "fabric/finding.hpp"
#include "fabric/instance.hpp"

#include <vector>

namespace fairlead::fabric {

/// The type that DMI names is one that the partition lists (FL-E218).
Finding check_type(const Instance& instance, const std::vector<std::string>& listed);

/// Id and type are those of DMI, and the zone is the one that EC2's API names (FL-E212).
Finding check_metadata(const Instance& instance, const aws::InstanceFacts& facts,
                       const std::optional<std::string>& ec2_zone);

/// The placement group that the partition names, or any where it demands a placement (FL-E210);
/// with partitions if, and only if, it demands `partition` (FL-E211: EC2 tells an instance its
/// partition's number, but not its group's strategy).
Finding check_placement_group(const aws::InstanceFacts& facts, const config::FabricDemand& demand);

/// Network cards without an interface, where EFA devices are `missing` too: then they were never
/// part of the launch (FL-E213). An instance whose devices are complete has all that it needs.
Finding check_network_cards(const aws::InstanceFacts& facts, const catalog::InstanceType* type,
                            bool missing);

/// Whether its nodes must be in a placement group.
bool demands_group(const config::FabricDemand& demand);

} // namespace fairlead::fabric
