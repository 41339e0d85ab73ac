#include "pin/slots.hpp"

#include "machines.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::pin {
namespace {

using test::cpus;
using test::machine_of;
using Counts = std::vector<std::size_t>;

/// Domains with so many slots each; which slots does not matter.
std::vector<Domain> domains_with(const std::vector<std::size_t>& sizes) {
    std::vector<Domain> domains;
    for (const std::size_t size : sizes)
        domains.push_back({static_cast<int>(domains.size()), std::vector<int>(size)});
    return domains;
}

TEST(Slots, ACoreGivesItsFirstThread) {
    const auto machine = machine_of({2, 2}, 2); // 0,4 1,5 | 2,6 3,7
    const auto domains = domains_of(machine, machine.cpus, Grain::Core);
    ASSERT_EQ(domains.size(), 2u);
    EXPECT_EQ(domains[0].slots, (std::vector<int>{0, 1}));
    EXPECT_EQ(domains[1].slots, (std::vector<int>{2, 3}));
}

TEST(Slots, ThreadsOfACoreAreNeighbours) {
    const auto machine = machine_of({2, 2}, 2);
    const auto domains = domains_of(machine, machine.cpus, Grain::Thread);
    EXPECT_EQ(domains[0].slots, (std::vector<int>{0, 4, 1, 5}));
    EXPECT_EQ(domains[1].slots, (std::vector<int>{2, 6, 3, 7}));
}

TEST(Slots, ACoreGivesTheThreadThatTheStepHas) {
    const auto machine = machine_of({2, 2}, 2);
    const auto domains = domains_of(machine, cpus("4,1,5"), Grain::Core);
    ASSERT_EQ(domains.size(), 1u);
    EXPECT_EQ(domains[0].slots, (std::vector<int>{4, 1}));
}

TEST(Slots, ANodeWithoutCpusOfTheStepIsLeftOut) {
    const auto machine = machine_of({2, 2, 2});
    const auto domains = domains_of(machine, cpus("2-5"), Grain::Core);
    ASSERT_EQ(domains.size(), 2u);
    EXPECT_EQ(domains[0].numa, 1);
    EXPECT_EQ(domains[1].numa, 2);
    EXPECT_EQ(slot_count(domains), 4u);
}

TEST(Slots, WithoutCpusThereAreNone) {
    EXPECT_TRUE(domains_of(machine_of({2}), cpus(""), Grain::Thread).empty());
    EXPECT_EQ(slot_count({}), 0u);
}

TEST(Deal, IsInProportionToTheSlots) {
    EXPECT_EQ(deal(4, domains_with({48, 48}), 0, {0, 1}), (Counts{2, 2}));
    EXPECT_EQ(deal(6, domains_with({8, 4}), 0, {0, 1}), (Counts{4, 2}));
    EXPECT_EQ(deal(12, domains_with({8, 4}), 0, {0, 1}), (Counts{8, 4}));
}

TEST(Deal, TheOrderDecidesATie) {
    EXPECT_EQ(deal(1, domains_with({4, 4, 4}), 0, {2, 0, 1}), (Counts{0, 0, 1}));
    EXPECT_EQ(deal(2, domains_with({4, 4, 4}), 0, {2, 0, 1}), (Counts{1, 0, 1}));
}

TEST(Deal, NeverGivesADomainMoreThanFits) {
    EXPECT_EQ(deal(3, domains_with({7, 5}), 4, {0, 1}), (Counts{1, 1}));
    EXPECT_EQ(deal(100, domains_with({3, 2}), 0, {0, 1}), (Counts{3, 2}));
    EXPECT_EQ(deal(2, domains_with({3, 3}), 4, {0, 1}), (Counts{0, 0}));
}

TEST(Deal, NoRanksOrNoDomainsDealNothing) {
    EXPECT_EQ(deal(0, domains_with({4}), 1, {0}), (Counts{0}));
    EXPECT_TRUE(deal(4, {}, 1, {}).empty());
}

} // namespace
} // namespace fairlead::pin
