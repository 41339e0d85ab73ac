// The planner's promises on machines, steps and requests that nobody would think of.
#include "pin/plan.hpp"

#include "expect_error.hpp"
#include "machines.hpp"
#include "pin/environment.hpp"
#include "pin/launchers.hpp"
#include "pin/report.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <random>
#include <set>

namespace fairlead::pin {
namespace {

using test::succeeds;
using topology::CpuSet;
using topology::Machine;

class Maker {
  public:
    explicit Maker(unsigned seed) : random_(seed) {}

    int between(int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(random_);
    }
    bool once_in(int times) { return between(1, times) == 1; }

    Machine machine() {
        std::vector<int> cores(static_cast<std::size_t>(between(1, 5)));
        for (int& count : cores)
            count = between(1, 7);
        auto machine = test::machine_of(cores, between(1, 3));
        const int packages = between(1, 3);
        for (auto& node : machine.numa_nodes)
            node.package = between(0, packages - 1);
        if (once_in(2))
            add_caches(machine);
        for (int i = between(0, 5); i > 0; --i)
            test::add_efa(machine, near(machine));
        for (int i = between(0, 4); i > 0; --i)
            add_gpu(machine);
        machine.libfabric = once_in(2) ? "2.1.0" : "";
        return machine;
    }

    PlanInput input(const Machine& machine) {
        std::vector<std::uint32_t> ranks(static_cast<std::size_t>(between(1, 40)));
        std::iota(ranks.begin(), ranks.end(), 0u);
        PlanInput input{.step_cpus = step(machine),
                        .ranks = std::move(ranks),
                        .cpus_per_task = once_in(2) ? between(1, 9) : 0,
                        .threads_per_core = once_in(4) ? between(1, 3) : 0,
                        .gpus = gpus(machine),
                        .ranks_per_nic = once_in(2) ? between(1, 12) : 128};
        input.request.policy = static_cast<Policy>(between(0, 7));
        input.request.nics.kind = static_cast<NicSelection::Kind>(between(0, 3));
        input.request.nics_per_rank = once_in(3) ? between(1, 6) : 0;
        input.request.smt = once_in(4) ? between(1, 3) : 0;
        input.request.reserve = once_in(4) ? between(1, 4) : 0;
        input.request.strict = once_in(8);
        return input;
    }

  private:
    void add_caches(Machine& machine) {
        int cache = 0;
        for (std::size_t i = 1; i < machine.cores.size(); ++i) {
            cache += machine.cores[i].numa != machine.cores[i - 1].numa || once_in(3);
            machine.cores[i].cache = cache;
        }
        machine.cores[0].cache = 0;
    }
    /// Nothing, a NUMA node, two of them, or any CPUs.
    std::string near(const Machine& machine) {
        const auto node = [&] {
            return machine.numa_nodes[static_cast<std::size_t>(
                between(0, static_cast<int>(machine.numa_nodes.size()) - 1))];
        };
        CpuSet set;
        for (int i = between(0, 2); i > 0; --i)
            set.add(node().cpus);
        if (once_in(6))
            set.add(between(0, machine.cpus.last()));
        return set.list();
    }
    void add_gpu(Machine& machine) {
        const auto pci = fmt::format("0000:{:02x}:00.0", 0x40 + machine.gpus.size());
        machine.gpus.push_back({.name = pci,
                                .pci = pci,
                                .near = test::cpus(near(machine)),
                                .bridge = once_in(3) ? between(0, 3) : -1});
    }
    CpuSet step(const Machine& machine) {
        CpuSet step;
        const int keep = between(1, 4);
        for (const int cpu : machine.cpus.cpus())
            if (keep == 4 || between(1, 3) <= keep)
                step.add(cpu);
        if (once_in(10))
            step.add(500);
        return step;
    }
    std::vector<int> gpus(const Machine& machine) {
        std::vector<int> all;
        for (int i = 0; i < static_cast<int>(machine.gpus.size()); ++i)
            if (once_in(2))
                all.push_back(i);
        std::ranges::shuffle(all, random_);
        return all;
    }

    std::mt19937 random_;
};

/// Hardware threads that ranks may have a CPU of their own on.
int places(const Machine& machine, const PlanInput& input) {
    const int said = input.request.smt > 0 ? input.request.smt : input.threads_per_core;
    int places = 0;
    for (const auto& core : machine.cores) {
        int usable = 0;
        for (const int pu : core.pus)
            usable += input.step_cpus.contains(pu);
        places += said > 0 ? std::min(said, usable) : usable;
    }
    return places;
}

int cores_without_rank(const Machine& machine, const PlanInput& input, const Plan& plan) {
    int without = 0;
    for (const auto& core : machine.cores) {
        const auto in = [&](const CpuSet& set) {
            return std::ranges::any_of(core.pus, [&](int pu) { return set.contains(pu); });
        };
        const bool busy =
            std::ranges::any_of(plan.ranks, [&](const RankPlan& rank) { return in(rank.cpus); });
        without += in(input.step_cpus) && !busy;
    }
    return without;
}

int overlapping(const Plan& plan) {
    int overlapping = 0;
    for (const RankPlan& one : plan.ranks)
        overlapping += std::ranges::any_of(plan.ranks, [&](const RankPlan& other) {
            return &one != &other && one.cpus.intersects(other.cpus);
        });
    return overlapping;
}

void expect_cpus(const Machine& machine, const PlanInput& input, const Plan& plan) {
    for (const RankPlan& rank : plan.ranks) {
        EXPECT_FALSE(rank.cpus.empty());
        EXPECT_TRUE(rank.cpus.inside(input.step_cpus & machine.cpus));
        EXPECT_EQ(rank.cpus.size(), plan.ranks[0].cpus.size());
        EXPECT_TRUE(std::ranges::is_sorted(rank.numa));
        EXPECT_FALSE(rank.numa.empty());
        CpuSet around;
        for (const int node : rank.numa)
            around.add(machine.numa_nodes.at(static_cast<std::size_t>(node)).cpus);
        EXPECT_TRUE(rank.cpus.inside(around));
    }
    if (!plan.binds())
        return;
    EXPECT_EQ(plan.overlaps, overlapping(plan));
    if (input.request.reserve == 0 &&
        static_cast<int>(plan.ranks.size()) <= places(machine, input)) {
        EXPECT_EQ(plan.overlaps, 0);
    }
    EXPECT_EQ(cores_without_rank(machine, input, plan), plan.idle_cores + input.request.reserve);
}

void expect_interfaces(const Machine& machine, const PlanInput& input, const Plan& plan) {
    std::vector<int> loads(machine.efas.size(), 0);
    const auto wanted = static_cast<std::size_t>(std::max(1, input.request.nics_per_rank));
    for (const RankPlan& rank : plan.ranks) {
        EXPECT_TRUE(std::ranges::is_sorted(rank.nics));
        EXPECT_EQ(std::set<int>(rank.nics.begin(), rank.nics.end()).size(), rank.nics.size());
        for (const int nic : rank.nics)
            ++loads.at(static_cast<std::size_t>(nic));
        const auto kind = input.request.nics.kind;
        if (kind == NicSelection::Kind::None)
            EXPECT_TRUE(rank.nics.empty());
        else if (kind == NicSelection::Kind::All)
            EXPECT_EQ(rank.nics.size(), machine.efas.size());
        else if (rank.gpus.empty() || input.request.nics_per_rank > 0)
            EXPECT_EQ(rank.nics.size(), std::min(wanted, machine.efas.size()));
        else
            EXPECT_EQ(rank.nics.empty(), machine.efas.empty());
    }
    EXPECT_EQ(plan.ranks_on_nic, loads);
}

/// Nearest first may not push an interface past its limit where another has room.
void expect_limit(const PlanInput& input, const Plan& plan) {
    const auto kind = input.request.nics.kind;
    const bool dealt = kind == NicSelection::Kind::Closest || kind == NicSelection::Kind::Balance;
    if (!dealt || plan.ranks_on_nic.empty() || !plan.ranks[0].gpus.empty())
        return;
    if (input.request.nics_per_rank > 1)
        return;
    int beyond = 0;
    for (const int load : plan.ranks_on_nic)
        beyond += std::max(0, load - plan.ranks_per_nic);
    const int room = plan.ranks_per_nic * static_cast<int>(plan.ranks_on_nic.size());
    EXPECT_EQ(beyond, std::max(0, static_cast<int>(plan.ranks.size()) - room));
}

void expect_gpus(const PlanInput& input, const Plan& plan) {
    std::map<int, int> ranks_on;
    for (const RankPlan& rank : plan.ranks) {
        EXPECT_EQ(rank.gpus.empty(), input.gpus.empty());
        for (const int gpu : rank.gpus)
            ++ranks_on[gpu];
    }
    EXPECT_EQ(ranks_on.size(), input.gpus.size());
    for (const auto& [gpu, ranks] : ranks_on)
        EXPECT_LE(std::abs(ranks - ranks_on.begin()->second), 1) << gpu;
}

void expect_shown(const Machine& machine, const Plan& plan) {
    EXPECT_GE(report_lines(machine, plan).size(), 3u);
    EXPECT_FALSE(report_json(machine, plan).empty());
    EXPECT_EQ(succeeds(slurm_cpu_bind(machine, plan)), plan.binds());
    const auto file = rankfile(machine, plan);
    EXPECT_TRUE(file || file.error().code == Code::P208);
    for (const RankPlan& rank : plan.ranks)
        EXPECT_FALSE(environment_of(machine, plan, rank, {}, {}).empty());
}

TEST(RandomPlans, KeepTheirPromises) {
    Maker make(20250131);
    int made = 0;
    for (int i = 0; i < 12000 && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE(i);
        const Machine machine = make.machine();
        const PlanInput input = make.input(machine);
        const auto found = plan(machine, input);
        if (!found) {
            const Code code = found.error().code;
            EXPECT_TRUE(code == Code::P201 || code == Code::P205 || code == Code::P206)
                << to_string(found.error());
            EXPECT_TRUE(code != Code::P205 || input.request.strict);
            continue;
        }
        ++made;
        ASSERT_EQ(found->ranks.size(), input.ranks.size());
        expect_cpus(machine, input, *found);
        expect_interfaces(machine, input, *found);
        expect_limit(input, *found);
        expect_gpus(input, *found);
        if (i % 8 == 0)
            expect_shown(machine, *found);
        if (i % 8 == 1) {
            EXPECT_EQ(report_json(machine, *found), report_json(machine, *plan(machine, input)));
        }
    }
    EXPECT_GT(made, 8000);
}

} // namespace
} // namespace fairlead::pin
