/// The places a rank can be put on: cores or hardware threads of a step, grouped by NUMA node or
/// last-level cache.
#pragma once

#include "topology/machine.hpp"

#include <climits>
#include <cstdint>
#include <vector>

namespace fairlead::pin {

/// A PU to bind to.
struct Slot {
    int pu;    ///< operating-system number
    int core;  ///< index into Machine::cores
    int cache; ///< Core::cache
};

/// Slots that a rank should not leave, neighbours next to each other.
struct Domain {
    int numa; ///< index into Machine::numa_nodes
    std::vector<Slot> slots;
};

enum class Level { Numa, Cache };

inline constexpr int all_threads = INT_MAX;

/// Domains with at least one slot of the step, in the machine's order. A core gives the first
/// `threads` of its PUs that the step has.
std::vector<Domain> domains_of(const topology::Machine& machine, const topology::CpuSet& step,
                               Level level, int threads);

std::size_t slot_count(const std::vector<Domain>& domains);

/// Ranks of `width` slots that fit without leaving a domain.
std::size_t fitting(const std::vector<Domain>& domains, std::size_t width);

/// The largest width with which `ranks` fit; 0 where there are more ranks than slots.
std::size_t widest(const std::vector<Domain>& domains, std::size_t ranks);

/// `count` cores of the step to leave to the system, one at a time from the NUMA node with the most
/// left, its first core (where Linux keeps interrupts). All cores where the step has fewer.
topology::CpuSet reserved_cores(const topology::Machine& machine, const topology::CpuSet& step,
                                int count);

} // namespace fairlead::pin
