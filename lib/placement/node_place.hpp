/// The place of a node in the network report of a job.
#pragma once

#include "fabric/network_report.hpp"
#include "placement/snapshot.hpp"

namespace fairlead::placement {

/// What the metadata service said of the instance and, where EC2 was asked about this very one,
/// what is above it.
fabric::NodePlace place_of(const state::NodeRecord& record, const Snapshot& snapshot);

} // namespace fairlead::placement
