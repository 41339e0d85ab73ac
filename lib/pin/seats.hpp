/// The slots each rank sits on.
#pragma once

#include "pin/layout.hpp"

#include <vector>

namespace fairlead::pin {

struct Seat {
    topology::CpuSet cpus;
    std::vector<int> numa; ///< indices into Machine::numa_nodes, ascending
};

/// `domains` holds the domain of each rank, by local id.
std::vector<Seat> seats_in_domains(const Layout& layout, const std::vector<std::size_t>& domains);

/// For a layout whose ranks do not all fit into domains: as many as fit sit inside one, the next on
/// what is left over of a package, the others on what is left over of all, and always on the CPUs
/// that are least far. `far` holds for each domain how far it is from the devices of its ranks. By
/// first CPU.
std::vector<Seat> seats_across(const topology::Machine& machine, const Layout& layout,
                               std::size_t ranks, const std::vector<int>& far);

} // namespace fairlead::pin
