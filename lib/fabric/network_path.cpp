#include "fabric/network_path.hpp"

#include <algorithm>
#include <set>

namespace fairlead::fabric {

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

std::vector<int> network_nodes(std::span<const Path> paths) {
    std::vector<std::set<std::string_view>> layers;
    for (const Path& path : paths) {
        layers.resize(std::max(layers.size(), path.size()));
        for (std::size_t i = 0; i < path.size(); ++i)
            layers[i].insert(path[i]);
    }
    std::vector<int> counts;
    for (const auto& layer : layers)
        counts.push_back(static_cast<int>(layer.size()));
    return counts;
}

} // namespace fairlead::fabric
