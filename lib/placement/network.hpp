/// EC2's network as a tree: network nodes, and the Slurm nodes under them.
#pragma once

#include "fabric/network_path.hpp"

#include <span>
#include <string>
#include <vector>

namespace fairlead::placement {

using fabric::common_layers;
using fabric::layers_needed;
using fabric::Path;

/// A network node, or a group of ours, with all that is under it, in the order of names.
struct Branch {
    std::string name;
    std::vector<Branch> branches{};
    std::vector<std::string> nodes{}; ///< of Slurm, attached right here

    friend bool operator==(const Branch&, const Branch&) = default;
};

/// The branch of that name right under `parent`, made where it is missing.
Branch& branch_of(Branch& parent, const std::string& name);

/// Puts a node at the end of a path below `root`, with what is missing on the way.
void attach(Branch& root, std::span<const std::string> path, const std::string& node);

} // namespace fairlead::placement
