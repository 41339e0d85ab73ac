#include "pin/seats.hpp"

#include <algorithm>
#include <map>
#include <span>

namespace fairlead::pin {
namespace {

using Slots = std::span<const Slot>;

topology::CpuSet set_of(Slots slots) {
    topology::CpuSet set;
    for (const Slot& slot : slots)
        set.add(slot.pu);
    return set;
}

/// Neighbours that have the same core, or the same last-level cache.
std::vector<Slots> runs_of(Slots slots, int Slot::* what) {
    std::vector<Slots> runs;
    for (std::size_t first = 0, i = 1; i <= slots.size(); ++i)
        if (i == slots.size() || slots[i].*what != slots[first].*what) {
            runs.push_back(slots.subspan(first, i - first));
            first = i;
        }
    return runs;
}

/// Ranks that share no cache with a neighbour's half, where all fit so; else empty.
std::vector<Slots> inside_caches(Slots slots, std::size_t ranks, std::size_t width) {
    std::vector<Slots> seats;
    for (const Slots cache : runs_of(slots, &Slot::cache))
        for (std::size_t at = 0; at + width <= cache.size() && seats.size() < ranks; at += width)
            seats.push_back(cache.subspan(at, width));
    return seats.size() == ranks ? seats : std::vector<Slots>{};
}

std::vector<Slots> side_by_side(Slots slots, std::size_t ranks, std::size_t width) {
    std::vector<Slots> seats;
    for (std::size_t i = 0; i < ranks; ++i)
        seats.push_back(slots.subspan(i * width, width));
    return seats;
}

/// Equal gaps between ranks; several on one slot where there are more ranks than slots.
std::vector<Slots> spread_out(Slots slots, std::size_t ranks, std::size_t width) {
    std::vector<Slots> seats;
    for (std::size_t i = 0; i < ranks; ++i)
        seats.push_back(slots.subspan(i * slots.size() / ranks, width));
    return seats;
}

/// Ranks of one thread each: every core has one before any has two, and first threads go first.
/// Empty where cores have too few threads for that.
std::vector<Slots> over_cores(Slots slots, std::size_t ranks) {
    const auto cores = runs_of(slots, &Slot::core);
    std::vector<Slots> seats;
    for (std::size_t i = 0, core = 0, thread = 0; i < ranks; ++i) {
        const std::size_t next = i * cores.size() / ranks;
        thread = i > 0 && next == core ? thread + 1 : 0;
        core = next;
        if (thread >= cores[core].size())
            return {};
        seats.push_back(cores[core].subspan(thread, 1));
    }
    return seats;
}

bool whole_cores(Slots slots, std::size_t width) {
    const auto threads =
        static_cast<std::size_t>(std::ranges::count(slots, slots.front().core, &Slot::core));
    return width % threads == 0;
}

std::vector<Slots> seats_in(const Layout& layout, Slots slots, std::size_t ranks) {
    if (layout.threads && layout.width == 1 && !layout.shared)
        if (auto seats = over_cores(slots, ranks); !seats.empty())
            return seats;
    const bool threads_split = layout.threads && !whole_cores(slots, layout.width);
    if (layout.shared || layout.policy == Policy::Spread || threads_split)
        return spread_out(slots, ranks, layout.width);
    auto seats = inside_caches(slots, ranks, layout.width);
    return seats.empty() ? side_by_side(slots, ranks, layout.width) : seats;
}

/// Leftovers of domains in one row.
struct Rest {
    std::vector<Slot> slots;
    std::vector<int> numa; ///< of each slot
};

void leave(Rest& rest, const Domain& domain, std::size_t from) {
    for (std::size_t i = from; i < domain.slots.size(); ++i) {
        rest.slots.push_back(domain.slots[i]);
        rest.numa.push_back(domain.numa);
    }
}

/// Seats the next rank on the first slots of the rest, and takes them out of it.
Seat take_seat(Rest& rest, std::size_t width) {
    const auto end = static_cast<std::ptrdiff_t>(width);
    Seat seat{set_of(Slots(rest.slots).first(width)), {rest.numa.begin(), rest.numa.begin() + end}};
    std::ranges::sort(seat.numa);
    const auto repeated = std::ranges::unique(seat.numa);
    seat.numa.erase(repeated.begin(), repeated.end());
    rest.slots.erase(rest.slots.begin(), rest.slots.begin() + end);
    rest.numa.erase(rest.numa.begin(), rest.numa.begin() + end);
    return seat;
}

/// As many of the ranks that are left as fit.
void seat_all(Rest& rest, std::size_t width, std::size_t ranks, std::vector<Seat>& seats) {
    while (seats.size() < ranks && rest.slots.size() >= width)
        seats.push_back(take_seat(rest, width));
}

} // namespace

std::vector<Seat> seats_in_domains(const Layout& layout, const std::vector<std::size_t>& domains) {
    std::vector<std::vector<Slots>> seats;
    for (std::size_t i = 0; i < layout.domains.size(); ++i) {
        const auto ranks = static_cast<std::size_t>(std::ranges::count(domains, i));
        seats.push_back(seats_in(layout, layout.domains[i].slots, ranks));
    }
    std::vector<std::size_t> next(seats.size(), 0);
    std::vector<Seat> all;
    all.reserve(domains.size());
    for (const std::size_t domain : domains)
        all.push_back({set_of(seats[domain][next[domain]++]), {layout.domains[domain].numa}});
    return all;
}

std::vector<Seat> seats_across(const topology::Machine& machine, const Layout& layout,
                               std::size_t ranks) {
    std::vector<Seat> seats;
    std::map<int, Rest> by_package;
    for (const Domain& domain : layout.domains) {
        const std::size_t inside = domain.slots.size() / layout.width;
        for (const Slots slots : side_by_side(domain.slots, inside, layout.width))
            seats.push_back({set_of(slots), {domain.numa}});
        const int package = machine.numa_nodes[static_cast<std::size_t>(domain.numa)].package;
        leave(by_package[package], domain, inside * layout.width);
    }
    Rest everywhere;
    for (auto& [package, rest] : by_package) {
        seat_all(rest, layout.width, ranks, seats);
        everywhere.slots.insert(everywhere.slots.end(), rest.slots.begin(), rest.slots.end());
        everywhere.numa.insert(everywhere.numa.end(), rest.numa.begin(), rest.numa.end());
    }
    seat_all(everywhere, layout.width, ranks, seats);
    std::ranges::stable_sort(
        seats, [](const Seat& a, const Seat& b) { return a.cpus.first() < b.cpus.first(); });
    return seats;
}

} // namespace fairlead::pin
