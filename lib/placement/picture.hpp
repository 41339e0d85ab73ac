/// The tree for people: network nodes, the Slurm nodes under them and the jobs on these.
#pragma once

#include "placement/layout.hpp"

#include <map>
#include <string>
#include <vector>

namespace fairlead::placement {

struct Picture {
    Cluster cluster;
    Snapshot snapshot; ///< without nodes that are another instance by now
    Layout layout;
    std::map<std::string, std::vector<std::string>, std::less<>> jobs; ///< of each node
};

std::string draw_text(const Picture& picture);

/// Schema fairlead.network-tree/1.
std::string draw_json(const Picture& picture);

} // namespace fairlead::placement
