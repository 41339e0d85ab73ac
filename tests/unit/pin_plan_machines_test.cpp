// The planner on small machines made by hand, where every CPU can be written down.
#include "pin/plan.hpp"

#include "expect_error.hpp"
#include "machines.hpp"
#include "pin/report.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::pin {
namespace pin_plan_machines_test {

using test::add_efa;
using test::cpus;
using test::fails_with;
using test::machine_of;
using test::succeeds;
using topology::Machine;
using Lists = std::vector<std::string>;

Result<Plan> planned(const Machine& machine, std::size_t ranks, int cpus_per_task = 0,
                     Policy policy = Policy::Auto) {
    return plan(machine, {.step_cpus = machine.cpus,
                          .ranks = std::vector<std::uint32_t>(ranks, 7),
                          .cpus_per_task = cpus_per_task,
                          .request = {.policy = policy}});
}

Lists sets_of(const Result<Plan>& plan) {
    Lists lists;
    for (const RankPlan& rank : plan.value().ranks)
        lists.push_back(rank.cpus.list());
    return lists;
}

bool warns(const Result<Plan>& plan, std::string_view part) {
    for (const std::string& warning : plan.value().warnings)
        if (warning.find(part) != std::string::npos)
            return true;
    return false;
}

TEST(SmallMachine, OneCoreTakesAllRanks) {
    const auto machine = machine_of({1});
    EXPECT_EQ(sets_of(planned(machine, 1)), (Lists{"0"}));
    const auto shared = planned(machine, 3);
    EXPECT_EQ(sets_of(shared), (Lists{"0", "0", "0"}));
    EXPECT_EQ(shared->overlaps, 3);
    EXPECT_TRUE(warns(shared, "3 ranks share CPUs: 1 CPU for 3 ranks"));
}

TEST(SmallMachine, WithoutEfaRanksGetNoInterface) {
    const auto made = planned(machine_of({2, 2}), 2);
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->used, Policy::Numa);
    EXPECT_TRUE(made->ranks_on_nic.empty());
    EXPECT_TRUE(made->ranks[0].nics.empty());
}

TEST(SmallMachine, InterfacesWithoutLocalityAreSharedEvenly) {
    auto machine = machine_of({4, 4});
    add_efa(machine, "");
    add_efa(machine, "");
    const auto made = planned(machine, 4);
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->used, Policy::Numa);
    EXPECT_EQ(made->ranks_on_nic, (std::vector<int>{2, 2}));
}

TEST(SmallMachine, ByNicASingleRankLandsNearTheInterface) {
    auto machine = machine_of({4, 4});
    add_efa(machine, "4-7");
    EXPECT_EQ(sets_of(planned(machine, 1, 1, Policy::Nic)), (Lists{"4"}));
    EXPECT_EQ(sets_of(planned(machine, 3, 1, Policy::Nic)), (Lists{"4", "5", "6"}));
}

TEST(SmallMachine, RanksSitNearTheInterfaceThatIsNamed) {
    auto machine = machine_of({4, 4});
    add_efa(machine, "0-3");
    add_efa(machine, "4-7");
    PlanInput input{.step_cpus = machine.cpus, .ranks = {0, 1}, .cpus_per_task = 1};
    input.request.policy = Policy::Nic;
    input.request.nics = {NicSelection::Kind::Named, {{"efa1"}}};
    EXPECT_EQ(sets_of(plan(machine, input)), (Lists{"4", "5"}));
}

TEST(SmallMachine, ByNumaNodesAreEvenFirstAndTheOddRankIsNear) {
    auto machine = machine_of({4, 4});
    add_efa(machine, "4-7");
    EXPECT_EQ(sets_of(planned(machine, 1, 1, Policy::Numa)), (Lists{"4"}));
    EXPECT_EQ(sets_of(planned(machine, 3, 1, Policy::Numa)), (Lists{"0", "4", "5"}));
}

TEST(SmallMachine, RanksShareTheCoresOfTheirNumaNode) {
    EXPECT_EQ(sets_of(planned(machine_of({4, 4}), 4)), (Lists{"0-1", "2-3", "4-5", "6-7"}));
}

TEST(SmallMachine, RanksThatDoNotDivideLeaveCoresIdleAndSaySo) {
    const auto made = planned(machine_of({4, 4}), 3);
    EXPECT_EQ(sets_of(made), (Lists{"0-1", "2-3", "4-5"}));
    EXPECT_EQ(made->idle_cores, 2);
    EXPECT_TRUE(warns(made, "2 cores have no rank (CPUs 6-7)"));
}

TEST(SmallMachine, AnAsymmetricOneIsDealtInProportion) {
    EXPECT_EQ(sets_of(planned(machine_of({6, 2}), 4)), (Lists{"0-1", "2-3", "4-5", "6-7"}));
    const auto made = planned(machine_of({6, 3}), 2);
    EXPECT_EQ(sets_of(made), (Lists{"0-2", "6-8"}));
    EXPECT_EQ(made->idle_cores, 3);
}

TEST(SmallMachine, ThreadsAreUsedOnceCoresRunOut) {
    const auto machine = machine_of({2}, 2); // 0,2 1,3
    EXPECT_EQ(sets_of(planned(machine, 2)), (Lists{"0", "1"}));
    EXPECT_EQ(sets_of(planned(machine, 4)), (Lists{"0", "2", "1", "3"}));
    EXPECT_EQ(sets_of(planned(machine, 2, 2)), (Lists{"0,2", "1,3"}));
    EXPECT_EQ(sets_of(planned(machine, 1, 2)), (Lists{"0-1"}));
}

TEST(SmallMachine, WithoutThreadsMoreCpusThanFitAreCutAndWarnedOf) {
    const auto made = planned(machine_of({4}), 2, 3);
    EXPECT_EQ(sets_of(made), (Lists{"0-1", "2-3"}));
    EXPECT_TRUE(warns(made, "3 CPUs a rank do not fit: 2 ranks on 4 CPUs get 2 each"));
}

TEST(SmallMachine, ARankThatFitsNoNumaNodeSpansTwoAndIsWarnedOf) {
    const auto made = planned(machine_of({3, 3}), 3, 2);
    EXPECT_EQ(sets_of(made), (Lists{"0-1", "2,5", "3-4"}));
    EXPECT_EQ(made->crossings, 1);
    EXPECT_EQ(made->ranks[1].numa, (std::vector<int>{0, 1}));
    EXPECT_TRUE(warns(made, "1 rank spans NUMA nodes"));
}

TEST(SmallMachine, CompactFillsFromTheFirstCore) {
    EXPECT_EQ(sets_of(planned(machine_of({4, 4}), 3, 1, Policy::Compact)), (Lists{"0", "1", "2"}));
    EXPECT_EQ(sets_of(planned(machine_of({4, 4}), 2, 3, Policy::Compact)), (Lists{"0-2", "4-6"}));
}

TEST(SmallMachine, TooManyRanksShareCpusEvenly) {
    EXPECT_EQ(sets_of(planned(machine_of({2}), 5)), (Lists{"0", "0", "0", "1", "1"}));
    EXPECT_EQ(sets_of(planned(machine_of({1, 1}), 3, 4)), (Lists{"0", "0", "1"}));
}

TEST(SmallMachine, NumaNodesAreCalledByTheirNumberInTheSystem) {
    auto machine = machine_of({2, 2});
    machine.numa_nodes[1].os_index = 8;
    const auto made = planned(machine, 2);
    EXPECT_EQ(numa_numbers(machine, made->ranks[0]), (std::vector<int>{0}));
    EXPECT_EQ(numa_numbers(machine, made->ranks[1]), (std::vector<int>{8}));
}

TEST(SmallMachine, RanksKeepTheirGlobalNumbers) {
    const auto made =
        plan(machine_of({4}), {.step_cpus = cpus("0-3"), .ranks = {12, 4'000'000'000u}});
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->ranks[0].rank, 12u);
    EXPECT_EQ(made->ranks[1].rank, 4'000'000'000u);
}

TEST(SmallMachine, OneMoreThan128RanksOnAnInterfaceAreWarnedOf) {
    auto machine = machine_of({129});
    add_efa(machine, "");
    EXPECT_TRUE(planned(machine, 128, 1)->ranks_on_nic[0] == ranks_per_nic_limit);
    EXPECT_FALSE(warns(planned(machine, 128, 1), "ranks on efa0"));
    EXPECT_TRUE(warns(planned(machine, 129, 1), "129 ranks on efa0, whose limit is 128"));
}

TEST(Plan, WarningsFoundBeforeComeFirst) {
    const auto made =
        plan(machine_of({1}),
             {.step_cpus = cpus("0"), .ranks = {0, 1}, .warnings = {"slurm.conf counts wrong"}});
    ASSERT_TRUE(succeeds(made));
    ASSERT_EQ(made->warnings.size(), 2u);
    EXPECT_EQ(made->warnings[0], "slurm.conf counts wrong");
}

TEST(Plan, CpusOfTheStepThatTheMachineLacksAreLeftOut) {
    const auto made = plan(machine_of({4}), {.step_cpus = cpus("2-63"), .ranks = {0}});
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->step_cpus.list(), "2-3");
}

TEST(Plan, NeedsACpuAndARank) {
    EXPECT_TRUE(fails_with(plan(machine_of({4}), {.step_cpus = cpus("8-9"), .ranks = {0}}),
                           Code::P201, "the step's CPUs (8-9) are none of this machine's (0-3)"));
    EXPECT_TRUE(
        fails_with(plan(machine_of({4}), {.step_cpus = cpus(""), .ranks = {0}}), Code::P201));
    EXPECT_TRUE(fails_with(plan(machine_of({4}), {.step_cpus = cpus("0"), .ranks = {}}), Code::P201,
                           "no ranks on this node"));
    EXPECT_TRUE(fails_with(plan(Machine{}, {.step_cpus = cpus("0"), .ranks = {0}}), Code::P201));
}

TEST(Plan, AnAbsurdNumberOfCpusPerTaskIsCut) {
    EXPECT_EQ(sets_of(planned(machine_of({4}), 2, 2147483647)), (Lists{"0-1", "2-3"}));
    EXPECT_EQ(sets_of(planned(machine_of({4}), 2, -5)), (Lists{"0-1", "2-3"}));
}

// DRAM and HBM of one package have the same CPUs: a rank there spans nothing.
TEST(Plan, TwoNumaNodesWithTheSameCpusAreNotCrossed) {
    auto machine = machine_of({4});
    machine.numa_nodes.push_back({1, 0, machine.cpus});
    EXPECT_EQ(planned(machine, 2)->crossings, 0);
}

} // namespace pin_plan_machines_test
} // namespace fairlead::pin
