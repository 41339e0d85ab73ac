#include "pin/nics.hpp"

#include "machines.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::pin {
namespace {

using test::add_efa;
using test::cpus;
using test::machine_of;

/// Two packages of two NUMA nodes with four cores each.
topology::Machine two_packages() {
    auto machine = machine_of({4, 4, 4, 4});
    for (int node = 0; node < 4; ++node)
        machine.numa_nodes[static_cast<std::size_t>(node)].package = node / 2;
    return machine;
}

TEST(Distance, IsNearSamePackageOrFar) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    EXPECT_EQ(distance(machine, cpus("2"), machine.efas[0]), 0);
    EXPECT_EQ(distance(machine, cpus("5"), machine.efas[0]), 1);
    EXPECT_EQ(distance(machine, cpus("8-15"), machine.efas[0]), 2);
}

TEST(Distance, SomeOfTheCpusAreEnough) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    EXPECT_EQ(distance(machine, cpus("3-12"), machine.efas[0]), 0);
}

TEST(Distance, UnknownLocalityIsInTheMiddle) {
    auto machine = two_packages();
    add_efa(machine, "");
    EXPECT_EQ(distance(machine, cpus("0"), machine.efas[0]), 1);
    EXPECT_EQ(distance(machine, cpus("15"), machine.efas[0]), 1);
}

TEST(NicDealer, GivesTheNearestInterface) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    add_efa(machine, "8-11");
    NicDealer dealer{machine};
    EXPECT_EQ(dealer.next(cpus("9")), (std::vector<int>{1}));
    EXPECT_EQ(dealer.next(cpus("13")), (std::vector<int>{1}));
    EXPECT_EQ(dealer.next(cpus("0")), (std::vector<int>{0}));
    EXPECT_EQ(dealer.loads(), (std::vector<int>{1, 2}));
}

TEST(NicDealer, OfEquallyNearOnesTheLeastLoadedThenTheFirst) {
    auto machine = two_packages();
    for (int i = 0; i < 3; ++i)
        add_efa(machine, "0-7");
    NicDealer dealer{machine};
    std::vector<int> given;
    for (int rank = 0; rank < 6; ++rank)
        given.push_back(dealer.next(cpus("0")).at(0));
    EXPECT_EQ(given, (std::vector<int>{0, 1, 2, 0, 1, 2}));
}

TEST(NicDealer, WithoutInterfacesGivesNone) {
    const auto machine = two_packages();
    NicDealer dealer{machine};
    EXPECT_TRUE(dealer.next(cpus("0")).empty());
    EXPECT_TRUE(dealer.loads().empty());
}

} // namespace
} // namespace fairlead::pin
