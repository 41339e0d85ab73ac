#include "pin/distance.hpp"

#include <algorithm>

namespace fairlead::pin {
namespace {

using topology::Device;
using topology::Machine;
using topology::NumaNode;

bool shares_package(const Machine& machine, const NumaNode& node, const Device& device) {
    return std::ranges::any_of(machine.numa_nodes, [&](const NumaNode& other) {
        return other.package == node.package && device.near.intersects(other.cpus);
    });
}

Distance distance(const Machine& machine, const NumaNode& node, const Device& device) {
    if (device.near.empty())
        return Distance::SamePackage;
    if (device.near.intersects(node.cpus) && device.near.inside(node.cpus))
        return Distance::SameNuma;
    return shares_package(machine, node, device) ? Distance::SamePackage : Distance::OtherPackage;
}

} // namespace

Distances::Distances(const Machine& machine, const std::vector<Device>& devices)
    : devices_(devices.size()) {
    table_.reserve(machine.numa_nodes.size() * devices_);
    for (const NumaNode& node : machine.numa_nodes)
        for (const Device& device : devices)
            table_.push_back(distance(machine, node, device));
}

Distance Distances::between(const std::vector<int>& numa, int device) const {
    Distance nearest = Distance::OtherPackage;
    for (const int node : numa)
        nearest = std::min(nearest, between(node, device));
    return nearest;
}

bool Distances::alike(int device, int other) const {
    for (std::size_t row = 0; row < table_.size(); row += devices_)
        if (table_[row + static_cast<std::size_t>(device)] !=
            table_[row + static_cast<std::size_t>(other)])
            return false;
    return true;
}

} // namespace fairlead::pin
