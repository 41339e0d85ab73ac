#include "pin/slots.hpp"

#include "machines.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::pin {
namespace pin_slots_test {

using test::cpus;
using test::machine_of;
using Pus = std::vector<int>;

Pus pus(const Domain& domain) {
    Pus numbers;
    for (const Slot& slot : domain.slots)
        numbers.push_back(slot.pu);
    return numbers;
}

std::vector<Domain> numa_domains(const topology::Machine& machine, const topology::CpuSet& step,
                                 int threads) {
    return domains_of(machine, step, Level::Numa, threads);
}

TEST(Slots, ACoreGivesItsFirstThread) {
    const auto machine = machine_of({2, 2}, 2); // 0,4 1,5 | 2,6 3,7
    const auto domains = numa_domains(machine, machine.cpus, 1);
    ASSERT_EQ(domains.size(), 2u);
    EXPECT_EQ(pus(domains[0]), (Pus{0, 1}));
    EXPECT_EQ(pus(domains[1]), (Pus{2, 3}));
}

TEST(Slots, ThreadsOfACoreAreNeighbours) {
    const auto machine = machine_of({2, 2}, 2);
    const auto domains = numa_domains(machine, machine.cpus, all_threads);
    EXPECT_EQ(pus(domains[0]), (Pus{0, 4, 1, 5}));
    EXPECT_EQ(pus(domains[1]), (Pus{2, 6, 3, 7}));
}

TEST(Slots, ACoreGivesTheThreadThatTheStepHas) {
    const auto machine = machine_of({2, 2}, 2);
    const auto domains = numa_domains(machine, cpus("4,1,5"), 1);
    ASSERT_EQ(domains.size(), 1u);
    EXPECT_EQ(pus(domains[0]), (Pus{4, 1}));
}

TEST(Slots, ANodeWithoutCpusOfTheStepIsLeftOut) {
    const auto machine = machine_of({2, 2, 2});
    const auto domains = numa_domains(machine, cpus("2-5"), 1);
    ASSERT_EQ(domains.size(), 2u);
    EXPECT_EQ(domains[0].numa, 1);
    EXPECT_EQ(domains[1].numa, 2);
    EXPECT_EQ(slot_count(domains), 4u);
}

TEST(Slots, WithoutCpusThereAreNone) {
    EXPECT_TRUE(numa_domains(machine_of({2}), cpus(""), all_threads).empty());
    EXPECT_EQ(slot_count({}), 0u);
}

TEST(Slots, ACoreGivesNoMoreThreadsThanAreWanted) {
    const auto machine = machine_of({2}, 4); // 0,2,4,6 1,3,5,7
    EXPECT_EQ(pus(numa_domains(machine, machine.cpus, 3)[0]), (Pus{0, 2, 4, 1, 3, 5}));
    EXPECT_EQ(pus(numa_domains(machine, cpus("4,6,3"), 1)[0]), (Pus{4, 3}));
}

TEST(Slots, ByCacheEachCacheIsADomain) {
    auto machine = machine_of({4, 4});
    for (std::size_t i = 0; i < 8; ++i)
        machine.cores[i].cache = static_cast<int>(i / 2);
    const auto domains = domains_of(machine, machine.cpus, Level::Cache, 1);
    ASSERT_EQ(domains.size(), 4u);
    EXPECT_EQ(pus(domains[1]), (Pus{2, 3}));
    EXPECT_EQ(domains[1].numa, 0);
    EXPECT_EQ(domains[2].numa, 1);
}

// A system without sub-NUMA clustering has caches that two NUMA nodes never share, but a broken
// firmware table may say so.
TEST(Slots, ACacheThatTwoNumaNodesShareIsTwoDomains) {
    auto machine = machine_of({2, 2});
    for (auto& core : machine.cores)
        core.cache = 0;
    EXPECT_EQ(domains_of(machine, machine.cpus, Level::Cache, 1).size(), 2u);
}

TEST(Width, IsTheLargestThatAllRanksCanHave) {
    const auto on = [](const std::vector<int>& cores) {
        const auto machine = machine_of(cores);
        return numa_domains(machine, machine.cpus, 1);
    };
    EXPECT_EQ(widest(on({4, 4}), 2), 4u);
    EXPECT_EQ(widest(on({4, 4}), 3), 2u);
    EXPECT_EQ(widest(on({6, 3}), 2), 3u);
    EXPECT_EQ(widest(on({6, 2}), 1), 6u);
    EXPECT_EQ(widest(on({2, 2}), 5), 0u);
    EXPECT_EQ(fitting(on({7, 5}), 4), 2u);
}

TEST(Reserve, TakesTheFirstCoreOfTheFullestNode) {
    const auto machine = machine_of({2, 3}, 2); // 0,5 1,6 | 2,7 3,8 4,9
    EXPECT_EQ(reserved_cores(machine, machine.cpus, 1).list(), "2,7");
    EXPECT_EQ(reserved_cores(machine, machine.cpus, 2).list(), "0,2,5,7");
    EXPECT_EQ(reserved_cores(machine, cpus("3,4,9"), 1).list(), "3");
    EXPECT_EQ(reserved_cores(machine, machine.cpus, 99).list(), "0-9");
    EXPECT_TRUE(reserved_cores(machine, machine.cpus, 0).empty());
}

} // namespace pin_slots_test
} // namespace fairlead::pin
