#include "pin/plan.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace fairlead::pin {
namespace pin_plan_test {

using test::cpus;
using test::recorded;
using test::succeeds;
using topology::CpuSet;
using topology::Machine;

std::vector<std::uint32_t> first_ranks(std::size_t count) {
    std::vector<std::uint32_t> ranks(count);
    std::iota(ranks.begin(), ranks.end(), 0u);
    return ranks;
}

PlanInput input_of(const CpuSet& step, std::size_t ranks, Policy policy = Policy::Auto,
                   int cpus_per_task = 0) {
    return {.step_cpus = step,
            .ranks = first_ranks(ranks),
            .cpus_per_task = cpus_per_task,
            .request = {.policy = policy}};
}

/// What a site may fence a step to: all, the first and the last NUMA node, each second CPU, three
/// CPUs, one CPU.
std::vector<CpuSet> steps_of(const Machine& machine) {
    CpuSet second, three;
    const auto all = machine.cpus.cpus();
    for (std::size_t i = 0; i < all.size(); i += 2)
        second.add(all[i]);
    for (const std::size_t i : {std::size_t{1}, all.size() / 2, all.size() - 1})
        three.add(all[i]);
    return {machine.cpus,
            machine.numa_nodes.front().cpus,
            machine.numa_nodes.back().cpus,
            second,
            three,
            cpus("0")};
}

constexpr std::size_t rank_counts[] = {1,  2,  3,  4,  5,  7,   8,   16,  24,
                                       35, 48, 72, 96, 97, 128, 192, 200, 400};
constexpr int tasks_cpus[] = {0, 1, 2, 3, 4, 11, 64};
constexpr Policy policies[] = {Policy::Auto, Policy::Gpu,    Policy::Nic,    Policy::Numa,
                               Policy::L3,   Policy::Spread, Policy::Compact};

std::map<int, int> ranks_on_cpus(const Plan& plan) {
    std::map<int, int> loads;
    for (const int cpu : plan.step_cpus.cpus())
        loads[cpu] = 0;
    for (const RankPlan& rank : plan.ranks)
        for (const int cpu : rank.cpus.cpus())
            ++loads[cpu];
    return loads;
}

int spread(std::vector<int> values) {
    const auto [low, high] = std::ranges::minmax(values);
    return high - low;
}

int idle_cores(const Machine& machine, const Plan& plan) {
    const auto loads = ranks_on_cpus(plan);
    int idle = 0;
    for (const auto& core : machine.cores) {
        bool usable = false, busy = false;
        for (const int pu : core.pus) {
            const auto load = loads.find(pu);
            usable |= load != loads.end();
            busy |= load != loads.end() && load->second > 0;
        }
        idle += usable && !busy;
    }
    return idle;
}

int overlapping_ranks(const Plan& plan) {
    int overlaps = 0;
    for (const RankPlan& one : plan.ranks)
        overlaps += std::ranges::any_of(plan.ranks, [&](const RankPlan& other) {
            return &one != &other && one.cpus.intersects(other.cpus);
        });
    return overlaps;
}

int crossing_ranks(const Machine& machine, const Plan& plan) {
    int crossings = 0;
    for (const RankPlan& rank : plan.ranks) {
        std::set<int> nodes;
        for (std::size_t node = 0; node < machine.numa_nodes.size(); ++node)
            for (const int cpu : rank.cpus.cpus())
                if (machine.numa_nodes[node].cpus.contains(cpu))
                    nodes.insert(static_cast<int>(node));
        crossings += nodes.size() > 1;
    }
    return crossings;
}

void expect_inside_and_even(const Plan& plan, std::size_t ranks) {
    ASSERT_EQ(plan.ranks.size(), ranks);
    for (std::size_t i = 0; i < ranks; ++i) {
        EXPECT_EQ(plan.ranks[i].rank, i);
        EXPECT_FALSE(plan.ranks[i].cpus.empty());
        EXPECT_TRUE(plan.ranks[i].cpus.inside(plan.step_cpus)) << plan.ranks[i].cpus.list();
        EXPECT_EQ(plan.ranks[i].cpus.size(), plan.ranks[0].cpus.size());
    }
}

void expect_shared_only_where_it_must_be(const Plan& plan) {
    std::vector<int> loads;
    for (const auto& [cpu, load] : ranks_on_cpus(plan))
        loads.push_back(load);
    if (plan.ranks.size() <= static_cast<std::size_t>(plan.step_cpus.size()))
        EXPECT_LE(std::ranges::max(loads), 1);
    else
        EXPECT_LE(spread(loads), 1);
}

void expect_counts_are_true(const Machine& machine, const Plan& plan) {
    EXPECT_EQ(plan.idle_cores, idle_cores(machine, plan));
    EXPECT_EQ(plan.crossings, crossing_ranks(machine, plan));
    EXPECT_EQ(plan.overlaps, overlapping_ranks(plan));
    std::vector<int> loads(machine.efas.size(), 0);
    for (const RankPlan& rank : plan.ranks) {
        EXPECT_EQ(rank.nics.size(), machine.efas.empty() ? 0u : 1u);
        for (const int nic : rank.nics)
            ++loads.at(static_cast<std::size_t>(nic));
    }
    EXPECT_EQ(plan.ranks_on_nic, loads);
}

/// Two plans are one where a reader sees no difference.
void expect_same(const Plan& a, const Plan& b) {
    ASSERT_EQ(a.ranks.size(), b.ranks.size());
    for (std::size_t i = 0; i < a.ranks.size(); ++i) {
        EXPECT_EQ(a.ranks[i].cpus, b.ranks[i].cpus);
        EXPECT_EQ(a.ranks[i].nics, b.ranks[i].nics);
    }
    EXPECT_EQ(a.warnings, b.warnings);
}

void expect_properties(const Machine& machine, const PlanInput& input) {
    SCOPED_TRACE(fmt::format("{} ranks, {} CPUs each, by {}, on {}", input.ranks.size(),
                             input.cpus_per_task, to_string(input.request.policy),
                             input.step_cpus.list()));
    const auto made = plan(machine, input);
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->step_cpus, input.step_cpus);
    expect_inside_and_even(*made, input.ranks.size());
    expect_shared_only_where_it_must_be(*made);
    expect_counts_are_true(machine, *made);
}

class PlanOf : public testing::TestWithParam<std::string> {
  protected:
    const Machine& machine() const { return recorded(GetParam().c_str()); }
};

TEST_P(PlanOf, KeepsItsPromisesForEveryRankCountAndPolicy) {
    for (const Policy policy : policies)
        for (const std::size_t ranks : rank_counts)
            expect_properties(machine(), input_of(machine().cpus, ranks, policy));
}

TEST_P(PlanOf, KeepsItsPromisesForEveryNumberOfCpusPerTask) {
    for (const int cpus_per_task : tasks_cpus)
        for (const std::size_t ranks : {1u, 2u, 3u, 8u, 25u, 48u, 96u, 250u})
            for (const Policy policy : {Policy::Auto, Policy::Compact})
                expect_properties(machine(),
                                  input_of(machine().cpus, ranks, policy, cpus_per_task));
}

TEST_P(PlanOf, KeepsItsPromisesInsideAFence) {
    for (const CpuSet& step : steps_of(machine()))
        for (const int cpus_per_task : {0, 2, 5})
            for (const std::size_t ranks : {1u, 2u, 3u, 7u, 24u, 50u})
                for (const Policy policy : {Policy::Auto, Policy::Compact})
                    expect_properties(machine(), input_of(step, ranks, policy, cpus_per_task));
}

TEST_P(PlanOf, IsTheSameEveryTime) {
    for (const std::size_t ranks : {1u, 7u, 48u, 300u}) {
        const auto input = input_of(machine().cpus, ranks);
        expect_same(*plan(machine(), input), *plan(machine(), input));
    }
}

TEST_P(PlanOf, GivesEachRankTheCpusItAsksFor) {
    const int threads = machine().cpus.size();
    for (const int cpus_per_task : {1, 2, 4})
        for (const int ranks : {1, 4, threads / cpus_per_task}) {
            const auto made =
                plan(machine(), input_of(machine().cpus, static_cast<std::size_t>(ranks),
                                         Policy::Auto, cpus_per_task));
            ASSERT_TRUE(succeeds(made));
            EXPECT_EQ(made->ranks[0].cpus.size(), cpus_per_task) << ranks;
        }
}

TEST_P(PlanOf, UsesNoSecondThreadWhileCoresAreFree) {
    std::set<int> first_threads;
    for (const auto& core : machine().cores)
        first_threads.insert(core.pus.front());
    const auto made = plan(machine(), input_of(machine().cpus, machine().cores.size()));
    ASSERT_TRUE(succeeds(made));
    for (const RankPlan& rank : made->ranks)
        EXPECT_TRUE(first_threads.contains(rank.cpus.first())) << rank.rank;
    EXPECT_EQ(made->idle_cores, 0);
}

TEST_P(PlanOf, WithARankPerNumaNodeUsesEveryCoreAndCrossesNothing) {
    const auto made = plan(machine(), input_of(machine().cpus, machine().numa_nodes.size()));
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->idle_cores, 0);
    EXPECT_EQ(made->crossings, 0);
    EXPECT_TRUE(made->warnings.empty());
}

INSTANTIATE_TEST_SUITE_P(Types, PlanOf, testing::ValuesIn(test::recorded_types),
                         [](const auto& type) {
                             return type.param.substr(0, type.param.find('.'));
                         });

TEST(PlanNics, RanksAreSpreadOverAllInterfacesWhereTheyDivide) {
    for (const char* type : {"hpc7a.96xlarge", "p4d.24xlarge"}) {
        const Machine& machine = recorded(type);
        for (std::size_t ranks = machine.efas.size(); ranks <= machine.cores.size();
             ranks += machine.efas.size()) {
            const auto made = plan(machine, input_of(machine.cpus, ranks));
            ASSERT_TRUE(succeeds(made));
            EXPECT_LE(spread(made->ranks_on_nic), 1) << type << " " << ranks;
        }
    }
}

TEST(PlanNics, ARankGetsANearInterfaceWhereThereIsOne) {
    const Machine& machine = recorded("p5.48xlarge");
    const auto made = plan(machine, input_of(machine.cpus, 96));
    ASSERT_TRUE(succeeds(made));
    for (const RankPlan& rank : made->ranks)
        EXPECT_TRUE(
            machine.efas[static_cast<std::size_t>(rank.nics.at(0))].near.intersects(rank.cpus))
            << rank.rank;
}

TEST(PlanNics, AutoGoesByInterfacesWhereSeveralSayWhereTheyAre) {
    const auto used = [](const char* type) {
        return plan(recorded(type), input_of(recorded(type).cpus, 2))->used;
    };
    EXPECT_EQ(used("hpc7a.96xlarge"), Policy::Nic);
    EXPECT_EQ(used("p4d.24xlarge"), Policy::Nic);
    EXPECT_EQ(used("p5.48xlarge"), Policy::Nic);
    EXPECT_EQ(used("c5n.18xlarge"), Policy::Numa);
    EXPECT_EQ(used("hpc6a.48xlarge"), Policy::Numa);
}

TEST(PlanNics, TheLimitGoesBeforeDistance) {
    const Machine& machine = recorded("hpc7a.96xlarge");
    const auto socket = cpus("0-95");
    EXPECT_EQ(plan(machine, input_of(socket, 96))->ranks_on_nic, (std::vector<int>{96, 0}));
    const auto beyond = plan(machine, input_of(socket, 129));
    ASSERT_TRUE(succeeds(beyond));
    EXPECT_EQ(beyond->ranks_on_nic, (std::vector<int>{128, 1}));
    EXPECT_EQ(beyond->warnings,
              (std::vector<std::string>{"66 ranks share CPUs: 96 CPUs for 129 ranks; use "
                                        "fewer ranks or ask for more CPUs"}));
}

TEST(PlanNics, PastTheLimitOfAllInterfacesIsAWarningOrStrictlyAnError) {
    const Machine& machine = recorded("hpc6a.48xlarge");
    auto input = input_of(machine.cpus, 96);
    input.ranks_per_nic = 90;
    constexpr const char* sentence =
        "96 ranks on rdmap0s6, whose limit is 90: an EFA interface has 256 queue pairs and a rank "
        "needs 2; use fewer ranks a node, or a type with more interfaces";
    EXPECT_EQ(plan(machine, input)->warnings, (std::vector<std::string>{sentence}));
    input.request.strict = true;
    EXPECT_TRUE(test::fails_with(plan(machine, input), Code::P205, sentence));
    input.request.ranks_per_nic = 96;
    EXPECT_TRUE(succeeds(plan(machine, input)));
}

TEST(PlanNics, AreAdviceToALibfabricThatDoesNotReadThem) {
    Machine machine = recorded("hpc7a.96xlarge");
    const auto warnings = [&](const char* libfabric, std::size_t ranks, NicSelection::Kind kind) {
        machine.libfabric = libfabric;
        auto input = input_of(machine.cpus, ranks);
        input.request.nics.kind = kind;
        return plan(machine, input)->warnings;
    };
    constexpr auto closest = NicSelection::Kind::Closest;
    EXPECT_EQ(warnings("1.22.0", 96, closest),
              (std::vector<std::string>{"interfaces are advice (FAIRLEAD_PIN_NICS): libfabric "
                                        "1.22.0 does not read FI_EFA_IFACE, 2.0 and later do"}));
    EXPECT_TRUE(warnings("1.22.0", 96, NicSelection::Kind::All).empty());
    EXPECT_TRUE(warnings("2.0.0", 96, closest).empty());
    EXPECT_TRUE(warnings("", 96, closest).empty()) << "nobody knows";
}

TEST(PlanNotes, AnIdleCoreIsNamedByACpuOfTheStep) {
    const Machine& machine = recorded("p5.48xlarge");
    const auto made = plan(machine, input_of(cpus("0,97-99"), 1, Policy::Numa, 1));
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->idle_cores, 3);
    EXPECT_EQ(made->warnings,
              (std::vector<std::string>{"3 cores have no rank (CPUs 97-99): 1 rank of 1 CPU needs "
                                        "no more; a larger --cpus-per-task or more ranks would use "
                                        "them"}));
}

TEST(PlanNotes, ACrossingThatHardwareThreadsWouldSpareSaysSo) {
    const Machine& machine = recorded("p4d.24xlarge");
    const auto crosses = plan(machine, input_of(machine.cpus, 3, Policy::Numa, 16));
    ASSERT_TRUE(succeeds(crosses));
    EXPECT_EQ(crosses->crossings, 1);
    EXPECT_EQ(crosses->warnings.at(0),
              "1 rank spans NUMA nodes: 16 CPUs a rank do not fit otherwise; as hardware threads "
              "they do (smt:2), on fewer cores");
    auto input = input_of(machine.cpus, 3, Policy::Numa, 16);
    input.request.smt = 2;
    EXPECT_EQ(plan(machine, input)->crossings, 0);
}

} // namespace pin_plan_test
} // namespace fairlead::pin
