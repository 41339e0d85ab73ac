/// The cheapest way to send units from sources to sinks when every further unit through the same
/// source or sink costs more: ranks to NUMA nodes and interfaces, exactly, not by a greedy guess.
#pragma once

#include <cstdint>
#include <vector>

namespace fairlead::pin {

__extension__ using Cost = __int128;

/// Costs that go before each other: any amount of a higher level outweighs all of a lower one.
/// Level 0 is the highest. At most 2^22 at a level for one unit: a round of moves passes two
/// sources and two sinks, and fits 2^24.
inline constexpr int cost_levels = 5;
constexpr Cost cost_at(int level, std::int64_t amount) {
    constexpr int bits = 25;
    return Cost{amount} * (Cost{1} << (bits * (cost_levels - 1 - level)));
}

/// A source or a sink.
struct Stop {
    std::int64_t capacity = 0; ///< units
    int lanes = 1;             ///< equals that share its load evenly, such as the NICs of a group
    std::int64_t limit = 0;    ///< units a lane carries before each costs `beyond`; 0: no limit
    Cost flat = 0;             ///< for every unit
    Cost steep = 0;  ///< times 1, 3, 5... for the first, second, third unit of a lane: its
                     ///< square in sum, so that even loads are cheapest
    Cost beyond = 0; ///< for every unit of a lane past its limit
};

struct Network {
    std::vector<Stop> sources;
    std::vector<Stop> sinks;
    std::vector<Cost> arcs; ///< per unit, source by source: arcs[source * sinks.size() + sink]
    std::vector<std::int64_t> arc_capacity{}; ///< likewise; empty: no bound
};

/// Units on every arc, like Network::arcs; their sum is `units`, or what fits. Equal inputs give
/// equal answers; among equally cheap ones earlier sources and sinks go first.
std::vector<std::int64_t> cheapest(const Network& network, std::int64_t units);

/// What these units on the arcs cost together.
Cost total(const Network& network, const std::vector<std::int64_t>& units);

} // namespace fairlead::pin
