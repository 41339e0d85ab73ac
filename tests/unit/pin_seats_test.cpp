#include "pin/seats.hpp"

#include "machines.hpp"

#include <gtest/gtest.h>
#include <numeric>

namespace fairlead::pin {
namespace pin_seats_test {

using test::machine_of;
using topology::Machine;
using Lists = std::vector<std::string>;
using Indices = std::vector<std::size_t>;

Layout layout_of(const Machine& machine, std::size_t width, Policy policy = Policy::Numa,
                 int threads = 1) {
    return {.policy = policy,
            .domains = domains_of(machine, machine.cpus, Level::Numa, threads),
            .width = width,
            .threads = threads > 1};
}

/// No domain is nearer than another.
std::vector<Seat> across(const Machine& machine, const Layout& layout, std::size_t ranks) {
    return seats_across(machine, layout, ranks, std::vector<int>(layout.domains.size(), 0));
}

Lists sets_of(const std::vector<Seat>& seats) {
    Lists lists;
    for (const Seat& seat : seats)
        lists.push_back(seat.cpus.list());
    return lists;
}

Lists seated(const Layout& layout, const Indices& domains) {
    return sets_of(seats_in_domains(layout, domains));
}

/// Caches of so many cores, in the order of cores.
Machine with_caches(Machine machine, const std::vector<std::size_t>& cores_of_cache) {
    std::size_t core = 0;
    for (std::size_t cache = 0; cache < cores_of_cache.size(); ++cache)
        for (std::size_t i = 0; i < cores_of_cache[cache]; ++i)
            machine.cores.at(core++).cache = static_cast<int>(cache);
    return machine;
}

TEST(SeatsInDomains, AreSideBySide) {
    const auto machine = machine_of({4, 4});
    EXPECT_EQ(seated(layout_of(machine, 2), {0, 0, 1}), (Lists{"0-1", "2-3", "4-5"}));
    EXPECT_EQ(seated(layout_of(machine, 1), {1, 0, 1}), (Lists{"4", "0", "5"}));
}

TEST(SeatsInDomains, SayTheirNumaNode) {
    const auto seats = seats_in_domains(layout_of(machine_of({2, 2}), 1), {1, 0});
    EXPECT_EQ(seats[0].numa, std::vector<int>{1});
    EXPECT_EQ(seats[1].numa, std::vector<int>{0});
}

TEST(SeatsInDomains, WithoutRanksThereAreNone) {
    EXPECT_TRUE(seats_in_domains(layout_of(machine_of({2, 2}), 1), {}).empty());
}

TEST(SeatsInDomains, ARankStaysInsideOneCacheWhereAllCan) {
    const auto machine = with_caches(machine_of({9}), {3, 3, 3});
    EXPECT_EQ(seated(layout_of(machine, 2), {0, 0, 0}), (Lists{"0-1", "3-4", "6-7"}));
    EXPECT_EQ(seated(layout_of(machine, 3), {0, 0}), (Lists{"0-2", "3-5"}));
}

TEST(SeatsInDomains, WhereNotAllFitInsideCachesNoneIsMoved) {
    const auto machine = with_caches(machine_of({9}), {3, 3, 3});
    EXPECT_EQ(seated(layout_of(machine, 2), {0, 0, 0, 0}), (Lists{"0-1", "2-3", "4-5", "6-7"}));
    EXPECT_EQ(seated(layout_of(machine, 4), {0, 0}), (Lists{"0-3", "4-7"}));
}

TEST(SeatsInDomains, CachesOfDifferentSizesAreFilledInTurn) {
    const auto machine = with_caches(machine_of({8}), {1, 4, 3});
    EXPECT_EQ(seated(layout_of(machine, 2), {0, 0, 0}), (Lists{"1-2", "3-4", "5-6"}));
}

TEST(SeatsInDomains, SpreadLeavesEqualGaps) {
    const auto machine = machine_of({8});
    EXPECT_EQ(seated(layout_of(machine, 1, Policy::Spread), {0, 0}), (Lists{"0", "4"}));
    EXPECT_EQ(seated(layout_of(machine, 2, Policy::Spread), {0, 0, 0}),
              (Lists{"0-1", "2-3", "5-6"}));
    EXPECT_EQ(seated(layout_of(machine, 8, Policy::Spread), {0}), (Lists{"0-7"}));
}

TEST(SeatsInDomains, SpreadNeverOverlaps) {
    for (int cores = 1; cores <= 24; ++cores)
        for (std::size_t ranks = 1; ranks <= static_cast<std::size_t>(cores); ++ranks) {
            const auto width = static_cast<std::size_t>(cores) / ranks;
            topology::CpuSet used;
            for (const Seat& seat : seats_in_domains(
                     layout_of(machine_of({cores}), width, Policy::Spread), Indices(ranks, 0))) {
                EXPECT_FALSE(used.intersects(seat.cpus)) << cores << " " << ranks;
                EXPECT_EQ(seat.cpus.size(), static_cast<int>(width));
                used.add(seat.cpus);
            }
        }
}

TEST(SeatsInDomains, MoreRanksThanSlotsShareThemEvenly) {
    auto layout = layout_of(machine_of({3, 1}), 1);
    layout.shared = true;
    EXPECT_EQ(seated(layout, {0, 0, 0, 0, 0, 1, 1}), (Lists{"0", "0", "1", "1", "2", "3", "3"}));
}

TEST(SeatsInDomains, ThreadsOfACoreStayTogetherWhereTheWidthIsWholeCores) {
    const auto machine = machine_of({4}, 2); // 0,4 1,5 2,6 3,7
    EXPECT_EQ(seated(layout_of(machine, 2, Policy::Numa, 2), {0, 0}), (Lists{"0,4", "1,5"}));
    EXPECT_EQ(seated(layout_of(machine, 4, Policy::Numa, 2), {0, 0}),
              (Lists{"0-1,4-5", "2-3,6-7"}));
}

TEST(SeatsInDomains, RanksOfSingleThreadsGetCoresOfTheirOwnFirst) {
    const auto machine = machine_of({4}, 2); // 0,4 1,5 2,6 3,7
    EXPECT_EQ(seated(layout_of(machine, 1, Policy::Numa, 2), {0, 0, 0, 0}),
              (Lists{"0", "1", "2", "3"}));
}

TEST(SeatsAcross, StandInsideOneNumaNodeAsLongAsTheyFit) {
    const auto machine = machine_of({3, 3});
    const auto seats = across(machine, layout_of(machine, 2), 3);
    EXPECT_EQ(sets_of(seats), (Lists{"0-1", "2,5", "3-4"}));
    EXPECT_EQ(seats[1].numa, (std::vector<int>{0, 1}));
    EXPECT_EQ(seats[2].numa, (std::vector<int>{1}));
}

TEST(SeatsAcross, PreferTheRestOfOnePackage) {
    auto machine = machine_of({3, 3, 3, 3});
    for (std::size_t i = 0; i < 4; ++i)
        machine.numa_nodes[i].package = static_cast<int>(i % 2); // 0 and 2, 1 and 3
    const auto seats = across(machine, layout_of(machine, 2), 6);
    EXPECT_EQ(sets_of(seats), (Lists{"0-1", "2,8", "3-4", "5,11", "6-7", "9-10"}));
    EXPECT_EQ(seats[1].numa, (std::vector<int>{0, 2}));
    EXPECT_EQ(seats[3].numa, (std::vector<int>{1, 3}));
}

TEST(SeatsAcross, LeaveAPackageOnlyWhereItsRestIsTooSmall) {
    auto machine = machine_of({3, 3, 3, 3});
    for (std::size_t i = 0; i < 4; ++i)
        machine.numa_nodes[i].package = static_cast<int>(i / 2);
    const auto seats = across(machine, layout_of(machine, 4), 3);
    EXPECT_EQ(sets_of(seats), (Lists{"0-3", "4-5,10-11", "6-9"}));
}

TEST(SeatsAcross, SayTheirNumaNodesInAscendingOrder) {
    auto machine = machine_of({1, 1});
    machine.numa_nodes[0].package = 1;
    machine.numa_nodes[1].package = 0;
    const auto seats = across(machine, layout_of(machine, 2), 1);
    ASSERT_EQ(seats.size(), 1u);
    EXPECT_EQ(seats[0].numa, (std::vector<int>{0, 1}));
}

TEST(SeatsAcross, TakeWhatIsLeastFar) {
    auto machine = machine_of({3, 3, 3, 3});
    for (std::size_t i = 0; i < 4; ++i)
        machine.numa_nodes[i].package = static_cast<int>(i / 2);
    const auto layout = layout_of(machine, 2);
    EXPECT_EQ(sets_of(seats_across(machine, layout, 5, {2, 2, 1, 0})),
              (Lists{"0-1", "3-4", "6-7", "8,11", "9-10"}));
    EXPECT_EQ(sets_of(seats_across(machine, layout, 5, {1, 0, 2, 2})),
              (Lists{"0-1", "2,5", "3-4", "6-7", "9-10"}));
}

TEST(SeatsAcross, SeatAsManyAsThereAreAndNobodyTwice) {
    for (int first = 1; first <= 7; ++first)
        for (int second = 1; second <= 7; ++second) {
            const auto machine = machine_of({first, second, 5});
            for (std::size_t width = 1; width <= 8; ++width) {
                const auto most = static_cast<std::size_t>(first + second + 5) / width;
                const auto layout = layout_of(machine, width);
                if (fitting(layout.domains, width) >= most)
                    continue;
                const auto seats = across(machine, layout, most);
                EXPECT_EQ(seats.size(), most);
                topology::CpuSet used;
                for (const Seat& seat : seats) {
                    EXPECT_EQ(seat.cpus.size(), static_cast<int>(width));
                    EXPECT_FALSE(used.intersects(seat.cpus));
                    used.add(seat.cpus);
                }
            }
        }
}

} // namespace pin_seats_test
} // namespace fairlead::pin
