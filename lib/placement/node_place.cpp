#include "placement/node_place.hpp"

namespace fairlead::placement {

fabric::NodePlace place_of(const state::NodeRecord& record, const Snapshot& snapshot) {
    const aws::InstanceFacts& facts = record.facts;
    fabric::NodePlace place{.availability_zone = facts.availability_zone.value_or(""),
                            .zone_id = facts.zone_id.value_or(""),
                            .group = facts.placement_group,
                            .partition = facts.partition_number};
    const auto found = snapshot.nodes.find(record.node);
    if (found == snapshot.nodes.end() || found->second.instance != record.instance.id)
        return place;
    const Place& told = found->second;
    place.path = told.path;
    if (!place.group)
        place.group = told.group;
    if (place.group == told.group)
        place.strategy = told.strategy;
    if (place.availability_zone.empty())
        place.availability_zone = told.zone;
    if (place.zone_id.empty())
        place.zone_id = told.zone_id;
    return place;
}

} // namespace fairlead::placement
