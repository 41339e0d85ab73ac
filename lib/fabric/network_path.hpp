/// The network nodes of EC2 above an instance, and how far apart several instances lie.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fairlead::fabric {

/// Network nodes above an instance, top first, as EC2 lists them (three or four).
using Path = std::vector<std::string>;

/// How many network nodes, from the top on, lie above all of them.
std::size_t common_layers(std::span<const Path> paths);

/// The layer of the lowest network node above all of them, counted from the instances: 1 is a leaf
/// that all are attached to, 2 a network node over leaves. Where paths differ in length the longest
/// counts. 0 where nothing is above all, or a path is empty.
int layers_needed(std::span<const Path> paths);

/// How many network nodes of each layer lie above them, top first.
std::vector<int> network_nodes(std::span<const Path> paths);

} // namespace fairlead::fabric
