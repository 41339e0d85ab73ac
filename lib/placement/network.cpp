#include "placement/network.hpp"

#include <algorithm>

namespace fairlead::placement {

Branch& branch_of(Branch& parent, const std::string& name) {
    const auto place = std::ranges::lower_bound(parent.branches, name, {}, &Branch::name);
    if (place != parent.branches.end() && place->name == name)
        return *place;
    return *parent.branches.insert(place, Branch{name});
}

void attach(Branch& root, std::span<const std::string> path, const std::string& node) {
    Branch* branch = &root;
    for (const std::string& name : path)
        branch = &branch_of(*branch, name);
    branch->nodes.insert(std::ranges::lower_bound(branch->nodes, node), node);
}

} // namespace fairlead::placement
