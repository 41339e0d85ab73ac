/// What the site demands of a node beside its EFA interfaces, and how patient its checks are.
#pragma once

#include <cstdint>
#include <string>

namespace fairlead::config {

/// Zero, empty and false demand nothing.
struct NodeChecks {
    std::string driver{};      ///< least version of the EFA kernel driver, "2.17.0"
    bool ptrace_scope = false; ///< kernel.yama.ptrace_scope must be 0
    std::uint64_t memlock = 0; ///< bytes that slurmd may lock at least; unlimited_memlock for all
    int huge_pages = 0;        ///< least number, of the default size
    int mtu = 0;               ///< least one of the ENA interfaces
    bool libfabric = true;     ///< fairlead-fabric-probe must find each EFA interface
    int attach_tries = 3;      ///< how often a missing interface is looked for again
    int attach_wait = 5;       ///< seconds between two looks
    int attach_window = 600;   ///< seconds since boot within which interfaces may come late
    int deadline = 20;         ///< seconds that a prolog takes at most
};

inline constexpr std::uint64_t unlimited_memlock = ~std::uint64_t{0};

/// How many nodes of a partition one check drains within an hour at most: the larger of the two.
struct Brake {
    int nodes = 2;
    int percent = 5; ///< of the partition's nodes
};

} // namespace fairlead::config
