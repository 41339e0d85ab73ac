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
    runs.reserve(slots.size());
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
    seats.reserve(ranks);
    for (const Slots cache : runs_of(slots, &Slot::cache))
        for (std::size_t at = 0; at + width <= cache.size() && seats.size() < ranks; at += width)
            seats.push_back(cache.subspan(at, width));
    return seats.size() == ranks ? seats : std::vector<Slots>{};
}

std::vector<Slots> side_by_side(Slots slots, std::size_t ranks, std::size_t width) {
    std::vector<Slots> seats;
    seats.reserve(ranks);
    for (std::size_t i = 0; i < ranks; ++i)
        seats.push_back(slots.subspan(i * width, width));
    return seats;
}

/// Equal gaps between ranks; several on one slot where there are more ranks than slots.
std::vector<Slots> spread_out(Slots slots, std::size_t ranks, std::size_t width) {
    std::vector<Slots> seats;
    seats.reserve(ranks);
    for (std::size_t i = 0; i < ranks; ++i)
        seats.push_back(slots.subspan(i * slots.size() / ranks, width));
    return seats;
}

/// Ranks of one thread each: every core has one before any has two, and first threads go first.
/// Empty where cores have too few threads for that.
std::vector<Slots> over_cores(Slots slots, std::size_t ranks) {
    const auto cores = runs_of(slots, &Slot::core);
    std::vector<Slots> seats;
    seats.reserve(ranks);
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

/// What is left over of a domain.
struct Rest {
    Slots slots;
    int numa;
    int package;
    int far;
};

/// How many ranks can sit on these leftovers.
std::size_t room_in(const std::vector<Rest*>& rests, std::size_t width) {
    std::size_t slots = 0;
    for (const Rest* rest : rests)
        slots += rest->slots.size();
    return slots / width;
}

/// Seats a rank on the first slots of the leftovers, and takes them out.
Seat take_seat(const std::vector<Rest*>& rests, std::size_t width) {
    Seat seat;
    for (Rest* rest : rests) {
        const std::size_t count = std::min(width, rest->slots.size());
        if (count == 0)
            continue;
        seat.cpus.add(set_of(rest->slots.first(count)));
        seat.numa.push_back(rest->numa);
        rest->slots = rest->slots.subspan(count);
        width -= count;
    }
    std::ranges::sort(seat.numa);
    return seat;
}

/// How far the slots are that take_seat would take.
std::size_t far_of_seat(const std::vector<Rest*>& rests, std::size_t width) {
    std::size_t far = 0;
    for (const Rest* rest : rests) {
        const std::size_t count = std::min(width, rest->slots.size());
        far += count * static_cast<std::size_t>(rest->far);
        width -= count;
    }
    return far;
}

/// As many of the ranks that are left as fit inside a package, the least far first.
void seat_in_packages(std::map<int, std::vector<Rest*>>& packages, std::size_t width,
                      std::size_t ranks, std::vector<Seat>& seats) {
    while (seats.size() < ranks) {
        const std::vector<Rest*>* best = nullptr;
        for (const auto& [package, rests] : packages)
            if (room_in(rests, width) > 0 &&
                (!best || far_of_seat(rests, width) < far_of_seat(*best, width)))
                best = &rests;
        if (!best)
            return;
        seats.push_back(take_seat(*best, width));
    }
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
        all.emplace_back(set_of(seats[domain][next[domain]++]),
                         std::vector<int>(1, layout.domains[domain].numa));
    return all;
}

std::vector<Seat> seats_across(const topology::Machine& machine, const Layout& layout,
                               std::size_t ranks, const std::vector<int>& far) {
    std::vector<Seat> seats;
    std::vector<Rest> rests;
    for (std::size_t i = 0; i < layout.domains.size(); ++i) {
        const Domain& domain = layout.domains[i];
        const std::size_t inside = domain.slots.size() / layout.width;
        for (const Slots slots : side_by_side(domain.slots, inside, layout.width))
            seats.push_back({set_of(slots), {domain.numa}});
        rests.push_back({Slots(domain.slots).subspan(inside * layout.width), domain.numa,
                         machine.numa_nodes[static_cast<std::size_t>(domain.numa)].package,
                         far[i]});
    }
    std::ranges::stable_sort(rests, {}, &Rest::far);
    std::vector<Rest*> everywhere;
    std::map<int, std::vector<Rest*>> packages;
    for (Rest& rest : rests) {
        everywhere.push_back(&rest);
        packages[rest.package].push_back(&rest);
    }
    seat_in_packages(packages, layout.width, ranks, seats);
    while (seats.size() < ranks && room_in(everywhere, layout.width) > 0)
        seats.push_back(take_seat(everywhere, layout.width));
    std::ranges::stable_sort(
        seats, [](const Seat& a, const Seat& b) { return a.cpus.first() < b.cpus.first(); });
    return seats;
}

} // namespace fairlead::pin
