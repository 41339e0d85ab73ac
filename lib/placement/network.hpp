/// EC2's network as a tree: network nodes, and the Slurm nodes under them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fairlead::placement {

/// Network nodes above an instance, top first, as EC2 lists them (three or four).
using Path = std::vector<std::string>;

/// How many network nodes, from the top on, lie above all of them.
std::size_t common_layers(std::span<const Path> paths);

/// The layer of the lowest network node above all of them, counted from the instances: 1 is a leaf
/// that all are attached to, 2 a network node over leaves. Where paths differ in length the longest
/// counts. 0 where nothing is above all, or a path is empty.
int layers_needed(std::span<const Path> paths);

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
