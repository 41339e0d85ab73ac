/// The places a rank can be put on: cores or hardware threads of a step, grouped by NUMA node.
#pragma once

#include "topology/machine.hpp"

#include <vector>

namespace fairlead::pin {

/// One slot is the PU to bind to.
struct Domain {
    int numa;               ///< index into Machine::numa_nodes
    std::vector<int> slots; ///< PUs by operating-system number, neighbours next to each other
};

enum class Grain { Core, Thread };

/// Domains with at least one slot of the step, in the machine's order. With Grain::Core a core
/// gives its first PU that the step has, with Grain::Thread each of them.
std::vector<Domain> domains_of(const topology::Machine& machine, const topology::CpuSet& step,
                               Grain grain);

std::size_t slot_count(const std::vector<Domain>& domains);

/// How many of `ranks` each domain gets: in proportion to its slots, never more than fit with
/// `slots_per_rank` each (0: one at least), earlier domains of `order` first at a tie. The sum is
/// below `ranks` where they do not all fit.
std::vector<std::size_t> deal(std::size_t ranks, const std::vector<Domain>& domains,
                              std::size_t slots_per_rank, const std::vector<std::size_t>& order);

} // namespace fairlead::pin
