#include "placement/network.hpp"

#include <algorithm>

namespace fairlead::placement {

std::size_t common_layers(std::span<const Path> paths) {
    if (paths.empty())
        return 0;
    std::size_t common = paths.front().size();
    for (const Path& path : paths) {
        const auto [first, other] = std::ranges::mismatch(paths.front(), path);
        common = std::min(common, static_cast<std::size_t>(first - paths.front().begin()));
    }
    return common;
}

int layers_needed(std::span<const Path> paths) {
    const std::size_t common = common_layers(paths);
    if (common == 0)
        return 0;
    const std::size_t longest = std::ranges::max(paths, {}, &Path::size).size();
    return static_cast<int>(longest - common + 1);
}

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
