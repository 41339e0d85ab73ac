/// How far a device is from the CPUs of a NUMA node.
#pragma once

#include "topology/machine.hpp"

#include <vector>

namespace fairlead::pin {

/// In the order of preference. A device whose locality is not known is taken for one above the NUMA
/// nodes: neither near nor far.
enum class Distance { SameNuma, SamePackage, OtherPackage };

/// Each NUMA node of the machine against each of some devices.
class Distances {
  public:
    Distances(const topology::Machine& machine, const std::vector<topology::Device>& devices);

    /// `numa` and `device` are indices.
    Distance between(int numa, int device) const {
        return table_[static_cast<std::size_t>(numa) * devices_ + static_cast<std::size_t>(device)];
    }
    /// From the nearest of several NUMA nodes.
    Distance between(const std::vector<int>& numa, int device) const;

    /// Whether no NUMA node can tell the two devices apart.
    bool alike(int device, int other) const;

  private:
    std::size_t devices_;
    std::vector<Distance> table_;
};

} // namespace fairlead::pin
