#include "pin/nics.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace fairlead::pin {
namespace pin_nics_test {

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

using Lists = std::vector<std::vector<int>>;

Distance between(const topology::Machine& machine, const std::vector<int>& numa) {
    return Distances(machine, machine.efas).between(numa, 0);
}

std::vector<RankSite> ranks_on(const std::vector<int>& numa) {
    std::vector<RankSite> ranks;
    for (const int node : numa)
        ranks.push_back({{node}, {}});
    return ranks;
}

Result<Lists> chosen(const topology::Machine& machine, const std::vector<RankSite>& ranks,
                     NicRules rules = {}) {
    if (rules.limit == 0)
        rules.limit = 128;
    return choose_nics(machine, Distances(machine, machine.efas), ranks, rules);
}

NicSelection of_kind(NicSelection::Kind kind, std::vector<std::vector<std::string>> lists = {}) {
    return {kind, std::move(lists)};
}

TEST(Distance, IsSameNumaSamePackageOrOther) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    EXPECT_EQ(between(machine, {0}), Distance::SameNuma);
    EXPECT_EQ(between(machine, {1}), Distance::SamePackage);
    EXPECT_EQ(between(machine, {2}), Distance::OtherPackage);
    EXPECT_EQ(between(machine, {1, 0, 2}), Distance::SameNuma);
}

// mpibind gives no rank a GPU that hangs above the NUMA nodes.
TEST(Distance, ADeviceAboveTheNumaNodesIsInThePackage) {
    auto machine = two_packages();
    add_efa(machine, "0-7");
    EXPECT_EQ(between(machine, {0}), Distance::SamePackage);
    EXPECT_EQ(between(machine, {1}), Distance::SamePackage);
    EXPECT_EQ(between(machine, {3}), Distance::OtherPackage);
}

TEST(Distance, UnknownLocalityIsInTheMiddle) {
    auto machine = two_packages();
    add_efa(machine, "");
    EXPECT_EQ(between(machine, {0}), Distance::SamePackage);
    EXPECT_EQ(between(machine, {3}), Distance::SamePackage);
}

TEST(ChooseNics, GivesTheNearest) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    add_efa(machine, "8-11");
    EXPECT_EQ(*chosen(machine, ranks_on({0, 1, 2, 3})), (Lists{{0}, {0}, {1}, {1}}));
    EXPECT_EQ(*chosen(machine, ranks_on({2, 2, 2})), (Lists{{1}, {1}, {1}}));
}

TEST(ChooseNics, NeighboursShareAndLoadsAreEven) {
    auto machine = two_packages();
    for (int i = 0; i < 3; ++i)
        add_efa(machine, "0-7");
    EXPECT_EQ(*chosen(machine, ranks_on({0, 0, 0, 0, 0, 0})),
              (Lists{{0}, {0}, {1}, {1}, {2}, {2}}));
}

TEST(ChooseNics, BalanceGoesBeforeDistance) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    add_efa(machine, "8-11");
    EXPECT_EQ(*chosen(machine, ranks_on({0, 0, 0, 2}),
                      {.selection = of_kind(NicSelection::Kind::Balance)}),
              (Lists{{0}, {0}, {1}, {1}}));
}

TEST(ChooseNics, NoInterfacePassesItsLimitWhileAnotherHasRoom) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    add_efa(machine, "8-11");
    EXPECT_EQ(*chosen(machine, ranks_on({0, 0, 0, 2}), {.limit = 2}), (Lists{{0}, {0}, {1}, {1}}));
    // One too many for both: the near one takes it.
    EXPECT_EQ(*chosen(machine, ranks_on({0, 0, 0, 0, 0}), {.limit = 2}),
              (Lists{{0}, {0}, {0}, {1}, {1}}));
}

TEST(ChooseNics, SeveralARankAreNeverTheSame) {
    auto machine = two_packages();
    for (const char* near : {"0-3", "0-3", "8-11"})
        add_efa(machine, near);
    const auto lists = chosen(machine, ranks_on({0, 0, 2, 2, 2}), {.per_rank = 2}).value();
    for (const auto& nics : lists) {
        ASSERT_EQ(nics.size(), 2u);
        EXPECT_LT(nics[0], nics[1]);
    }
    EXPECT_EQ(*chosen(machine, ranks_on({0}), {.per_rank = 9}), (Lists{{0, 1, 2}}));
}

TEST(ChooseNics, AllAndNoneAreWhatTheySay) {
    auto machine = two_packages();
    add_efa(machine, "0-3");
    add_efa(machine, "");
    EXPECT_EQ(*chosen(machine, ranks_on({0, 3}), {.selection = of_kind(NicSelection::Kind::All)}),
              (Lists{{0, 1}, {0, 1}}));
    EXPECT_EQ(*chosen(machine, ranks_on({0, 3}), {.selection = of_kind(NicSelection::Kind::None)}),
              (Lists{{}, {}}));
}

TEST(ChooseNics, NamesAndNumbersAreTaken) {
    auto machine = two_packages();
    for (int i = 0; i < 3; ++i)
        add_efa(machine, "");
    const auto named = of_kind(NicSelection::Kind::Named, {{"efa2", "0"}});
    EXPECT_EQ(*chosen(machine, ranks_on({0, 1}), {.selection = named}), (Lists{{0, 2}, {0, 2}}));
    EXPECT_EQ(*chosen(machine, ranks_on({0, 1}), {.selection = named, .per_rank = 1}),
              (Lists{{0}, {2}}));
    const auto map = of_kind(NicSelection::Kind::Map, {{"efa1"}, {"0", "2", "efa2"}});
    EXPECT_EQ(*chosen(machine, ranks_on({0, 0, 0}), {.selection = map}), (Lists{{1}, {0, 2}, {1}}));
}

TEST(ChooseNics, ANameThatIsNotThereIsAnErrorWithTheNearest) {
    auto machine = two_packages();
    add_efa(machine, "");
    for (const char* word : {"efa7", "1", "99999999999"})
        EXPECT_TRUE(
            test::fails_with(chosen(machine, ranks_on({0}),
                                    {.selection = of_kind(NicSelection::Kind::Named, {{word}})}),
                             Code::P206, "no EFA interface"));
    EXPECT_TRUE(
        test::fails_with(chosen(two_packages(), ranks_on({0}),
                                {.selection = of_kind(NicSelection::Kind::Map, {{"efa0"}})}),
                         Code::P206, "it has none"));
}

TEST(ChooseNics, WithoutInterfacesThereAreNone) {
    EXPECT_EQ(*chosen(two_packages(), ranks_on({0, 1})), (Lists{{}, {}}));
}

// The group that NCCL drives: p5's 4 interfaces a GPU, p4d's one for two GPUs.
TEST(NicsOfGpu, AreItsGroup) {
    const auto& p5 = test::recorded("p5.48xlarge");
    for (int gpu = 0; gpu < 8; ++gpu)
        EXPECT_EQ(nics_of_gpu(p5, gpu),
                  (std::vector<int>{4 * gpu, 4 * gpu + 1, 4 * gpu + 2, 4 * gpu + 3}));
    const auto& p4d = test::recorded("p4d.24xlarge");
    for (int gpu = 0; gpu < 8; ++gpu)
        EXPECT_EQ(nics_of_gpu(p4d, gpu), (std::vector<int>{gpu / 2}));
}

TEST(NicsOfGpu, AreAllWhereNothingIsKnown) {
    auto machine = two_packages();
    for (const char* near : {"0-3", "8-11"})
        add_efa(machine, near);
    machine.gpus.push_back({.name = "gpu", .pci = "0000:20:00.0", .near = {}});
    EXPECT_EQ(nics_of_gpu(machine, 0), (std::vector<int>{0, 1}));
    machine.gpus[0].near = cpus("8-11");
    EXPECT_EQ(nics_of_gpu(machine, 0), (std::vector<int>{1}));
}

} // namespace pin_nics_test
} // namespace fairlead::pin
