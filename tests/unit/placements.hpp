/// Every way to place a few ranks on a small machine, and what each is worth: the planner is
/// compared with the best of all.
#pragma once

#include "pin/plan.hpp"
#include "plan_room.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace fairlead::test {

/// Lower is better, the first difference counts.
using Score = std::vector<std::int64_t>;

/// Slots that a rank should not leave: of a NUMA node, or of a cache.
struct Site {
    int numa;
    int slots;
};

inline std::vector<Site> sites_of(const topology::Machine& machine, const pin::PlanInput& input,
                                  bool by_cache) {
    const auto usable = usable_of(machine, input);
    const int threads = threads_used(machine, input);
    std::vector<std::pair<int, int>> keys;
    std::vector<Site> sites;
    for (const auto& core : machine.cores) {
        const int slots = slots_of(core, usable, threads);
        if (slots == 0)
            continue;
        const std::pair key{core.numa, by_cache ? core.cache : 0};
        const auto known = std::ranges::find(keys, key);
        if (known != keys.end()) {
            sites[static_cast<std::size_t>(known - keys.begin())].slots += slots;
            continue;
        }
        keys.push_back(key);
        sites.push_back({core.numa, slots});
    }
    return sites;
}

inline int package_of(const topology::Machine& machine, int numa) {
    return machine.numa_nodes[static_cast<std::size_t>(numa)].package;
}

/// 0 the same NUMA node, 1 the same package or unknown, 2 another package.
inline int far_of(const topology::Machine& machine, int numa, const topology::Device& device) {
    if (device.near.empty())
        return 1;
    if (device.near.inside(machine.numa_nodes[static_cast<std::size_t>(numa)].cpus))
        return 0;
    for (int other = 0; other < static_cast<int>(machine.numa_nodes.size()); ++other)
        if (package_of(machine, other) == package_of(machine, numa) &&
            machine.numa_nodes[static_cast<std::size_t>(other)].cpus.intersects(device.near))
            return 1;
    return 2;
}

inline int far_of(const topology::Machine& machine, const std::vector<int>& numa,
                  const topology::Device& device) {
    int nearest = 2;
    for (const int node : numa)
        nearest = std::min(nearest, far_of(machine, node, device));
    return nearest;
}

inline const topology::Device& at(const std::vector<topology::Device>& devices, int index) {
    return devices[static_cast<std::size_t>(index)];
}

/// The interfaces that the request lets ranks choose from.
inline std::vector<int> candidates_of(const topology::Machine& machine,
                                      const pin::PlanInput& input) {
    const auto& nics = input.request.nics;
    std::vector<int> all;
    for (int i = 0; i < static_cast<int>(machine.efas.size()); ++i)
        if (nics.kind != pin::NicSelection::Kind::Named ||
            std::ranges::count(nics.lists.front(), at(machine.efas, i).name) > 0)
            all.push_back(i);
    return all;
}

/// How uneven the shares of the sites are: the sum of ranks² per slot, times 840, which 1 to 8
/// slots divide. `site` has one for each rank.
inline std::int64_t unevenness(const std::vector<Site>& sites, const std::vector<int>& site) {
    std::map<int, std::int64_t> counts;
    for (const int one : site)
        ++counts[one];
    std::int64_t sum = 0;
    for (const auto& [one, count] : counts)
        sum += 840 / sites[static_cast<std::size_t>(one)].slots * count * count;
    return sum;
}

/// Ranks of `width` on their sites, or, where they share slots, evenly.
inline bool fits(const std::vector<Site>& sites, const std::vector<int>& site, int width) {
    int total = 0;
    for (const Site& one : sites)
        total += one.slots;
    const int ranks = static_cast<int>(site.size());
    for (int i = 0; i < static_cast<int>(sites.size()); ++i) {
        const int slots = sites[static_cast<std::size_t>(i)].slots;
        const int count = static_cast<int>(std::ranges::count(site, i));
        if (ranks <= total ? count * width > slots
                           : count < ranks / total * slots || count > (ranks / total + 1) * slots)
            return false;
    }
    return true;
}

/// Calls `visit` with every way to give each of `places` a value below `values`.
inline void for_all(std::size_t places, std::size_t values,
                    const std::function<void(const std::vector<int>&)>& visit) {
    std::vector<int> choice(places, 0);
    for (;;) {
        visit(choice);
        std::size_t i = 0;
        while (i < places && ++choice[i] == static_cast<int>(values))
            choice[i++] = 0;
        if (i == places)
            return;
    }
}

inline void keep_best(std::optional<Score>& best, Score score) {
    if (!best || score < *best)
        best = std::move(score);
}

/// Every way to share the GPUs evenly among ranks in their order: the first and the end of each
/// rank's, as indices into PlanInput::gpus.
using GpuCut = std::vector<std::pair<std::size_t, std::size_t>>;

inline std::vector<GpuCut> gpu_cuts(std::size_t gpus, std::size_t ranks) {
    std::vector<GpuCut> cuts;
    const std::size_t parts = std::min(gpus, ranks), many = std::max(gpus, ranks);
    for_all(parts, 2, [&](const std::vector<int>& more) {
        const auto extra = static_cast<std::size_t>(std::ranges::count(more, 1));
        if (parts * (many / parts) + extra != many)
            return;
        GpuCut cut;
        std::size_t first = 0;
        for (std::size_t i = 0; i < parts; ++i) {
            const std::size_t size = many / parts + static_cast<std::size_t>(more[i]);
            if (ranks >= gpus)
                cut.insert(cut.end(), size, {i, i + 1});
            else
                cut.push_back({first, first + size});
            first += size;
        }
        cuts.push_back(std::move(cut));
    });
    return cuts;
}

} // namespace fairlead::test
