/// Which EFA interface is near which CPUs, and which rank gets which.
#pragma once

#include "topology/machine.hpp"

#include <vector>

namespace fairlead::pin {

/// 0: hangs on an object that holds some of the CPUs; 1: same package, or locality unknown;
/// 2: farther.
int distance(const topology::Machine& machine, const topology::CpuSet& cpus,
             const topology::Device& nic);

/// Hands out interfaces one rank after the other: the nearest, of those the least loaded, of those
/// the first by PCI address.
class NicDealer {
  public:
    explicit NicDealer(const topology::Machine& machine)
        : machine_(machine), loads_(machine.efas.size(), 0) {}

    /// The index of the interface, or empty on a machine without one.
    std::vector<int> next(const topology::CpuSet& cpus);

    const std::vector<int>& loads() const { return loads_; }

  private:
    const topology::Machine& machine_;
    std::vector<int> loads_;
};

} // namespace fairlead::pin
