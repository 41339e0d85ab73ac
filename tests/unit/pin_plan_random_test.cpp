// What holds for every plan, on thousands of machines and requests.
#include "pin/distance.hpp"
#include "pin/drawing.hpp"
#include "pin/environment.hpp"
#include "pin/launchers.hpp"
#include "pin/plan.hpp"
#include "pin/report.hpp"
#include "pin/slots.hpp"

#include "expect_error.hpp"
#include "plan_room.hpp"
#include "random_machines.hpp"

#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace fairlead::pin {
namespace pin_plan_random_test {

using test::Dice;
using test::Room;
using topology::CpuSet;
using topology::Machine;
using Kind = NicSelection::Kind;

constexpr unsigned machines = 2000;

std::map<int, int> ranks_on_pus(const Plan& plan) {
    std::map<int, int> loads;
    for (const RankPlan& rank : plan.ranks)
        for (const int cpu : rank.cpus.cpus())
            ++loads[cpu];
    return loads;
}

void expect_inside_and_equal(const Plan& plan, const Room& room) {
    for (const RankPlan& rank : plan.ranks) {
        EXPECT_FALSE(rank.cpus.empty());
        EXPECT_TRUE(rank.cpus.inside(room.usable)) << rank.cpus.list();
        EXPECT_EQ(rank.cpus.size(), plan.ranks[0].cpus.size());
    }
}

void expect_no_sharing_unless_needed(const Plan& plan, const Room& room) {
    const auto loads = ranks_on_pus(plan);
    int most = 0, least = INT_MAX;
    for (const auto& [cpu, load] : loads) {
        most = std::max(most, load);
        least = std::min(least, load);
    }
    if (static_cast<int>(plan.ranks.size()) <= room.total()) {
        EXPECT_EQ(most, 1);
        EXPECT_EQ(plan.overlaps, 0);
    } else {
        EXPECT_EQ(static_cast<int>(loads.size()), room.total()) << "every PU has a rank";
        EXPECT_LE(most - least, 1);
    }
}

/// NUMA nodes by the CPUs themselves, not by what the plan says of them.
std::set<int> nodes_of(const Machine& machine, const CpuSet& cpus) {
    std::set<int> nodes;
    for (const auto& core : machine.cores)
        for (const int pu : core.pus)
            if (cpus.contains(pu))
                nodes.insert(core.numa);
    return nodes;
}

/// Ranks of `width` that no placement keeps inside one node. Ranks that share PUs have one each.
int unavoidable_crossings(const Room& room, int width, int ranks) {
    if (ranks > room.total())
        return 0;
    int fit = 0;
    for (const auto& [numa, slots] : room.slots)
        fit += slots / width;
    return std::max(0, ranks - fit);
}

void expect_no_crossing_unless_needed(const Machine& machine, const PlanInput& input,
                                      const Plan& plan) {
    const int width = plan.ranks[0].cpus.size();
    const Room room = test::room_of(machine, input, test::threads_used(machine, input));
    int crossings = 0;
    for (const RankPlan& rank : plan.ranks) {
        const auto nodes = nodes_of(machine, rank.cpus);
        crossings += nodes.size() > 1;
        EXPECT_EQ(nodes, std::set<int>(rank.numa.begin(), rank.numa.end()));
    }
    EXPECT_EQ(plan.crossings, crossings);
    EXPECT_EQ(crossings, unavoidable_crossings(room, width, static_cast<int>(plan.ranks.size())));
}

bool warns(const Plan& plan, std::string_view part) {
    return std::ranges::any_of(plan.warnings, [&](const std::string& warning) {
        return warning.find(part) != std::string::npos;
    });
}

void expect_idle_cores_explained(const Machine& machine, const Plan& plan, const Room& room) {
    const auto loads = ranks_on_pus(plan);
    int idle = 0;
    for (const auto& core : machine.cores) {
        bool usable = false, busy = false;
        for (const int pu : core.pus) {
            usable |= room.usable.contains(pu);
            busy |= loads.contains(pu);
        }
        idle += usable && !busy;
    }
    EXPECT_EQ(plan.idle_cores, idle);
    EXPECT_EQ(warns(plan, " no rank (CPUs "), idle > 0);
    EXPECT_EQ(warns(plan, "do not fit otherwise"), plan.crossings > 0);
    EXPECT_EQ(warns(plan, "share CPUs"), plan.overlaps > 0);
}

/// Interfaces that no NUMA node can tell apart have at most one rank more than each other.
void expect_even_among_equally_near(const Machine& machine, const std::vector<int>& loads) {
    const Distances far(machine, machine.efas);
    for (int nic = 0; nic < static_cast<int>(loads.size()); ++nic)
        for (int other = 0; other < nic; ++other)
            if (far.alike(nic, other)) {
                EXPECT_LE(std::abs(loads[static_cast<std::size_t>(nic)] -
                                   loads[static_cast<std::size_t>(other)]),
                          1);
            }
}

void expect_nics(const Machine& machine, const PlanInput& input, const Plan& plan) {
    std::vector<int> loads(machine.efas.size(), 0);
    for (const RankPlan& rank : plan.ranks) {
        EXPECT_TRUE(std::ranges::is_sorted(rank.nics));
        EXPECT_EQ(std::set<int>(rank.nics.begin(), rank.nics.end()).size(), rank.nics.size());
        for (const int nic : rank.nics)
            ++loads.at(static_cast<std::size_t>(nic));
    }
    EXPECT_EQ(plan.ranks_on_nic, loads);
    const Kind kind = input.request.nics.kind;
    const bool grouped = !input.gpus.empty() && input.request.nics_per_rank == 0;
    if (loads.empty() || grouped || kind == Kind::All || kind == Kind::None)
        return;
    const int nics = static_cast<int>(loads.size());
    const int each = std::min(nics, std::max(1, input.request.nics_per_rank));
    const int units = each * static_cast<int>(plan.ranks.size());
    const auto [low, high] = std::ranges::minmax(loads);
    if (units <= nics * plan.ranks_per_nic) {
        EXPECT_LE(high, plan.ranks_per_nic);
    }
    if (kind == Kind::Balance) {
        EXPECT_LE(high - low, 1);
    }
    expect_even_among_equally_near(machine, loads);
}

/// Ranks share GPUs evenly and every GPU of the step has a rank.
void expect_gpus(const PlanInput& input, const Plan& plan) {
    std::map<int, int> loads;
    for (const int gpu : input.gpus)
        loads[gpu] = 0;
    std::size_t fewest = SIZE_MAX, most = 0;
    for (const RankPlan& rank : plan.ranks) {
        fewest = std::min(fewest, rank.gpus.size());
        most = std::max(most, rank.gpus.size());
        for (const int gpu : rank.gpus)
            ++loads.at(gpu);
    }
    EXPECT_LE(most - fewest, 1u);
    int least = INT_MAX, highest = 0;
    for (const auto& [gpu, load] : loads) {
        least = std::min(least, load);
        highest = std::max(highest, load);
    }
    if (!loads.empty()) {
        EXPECT_GE(least, 1);
        EXPECT_LE(highest - least, 1);
    }
}

void expect_same(const Plan& a, const Plan& b) {
    ASSERT_EQ(a.ranks.size(), b.ranks.size());
    for (std::size_t i = 0; i < a.ranks.size(); ++i) {
        EXPECT_EQ(a.ranks[i].cpus, b.ranks[i].cpus);
        EXPECT_EQ(a.ranks[i].nics, b.ranks[i].nics);
        EXPECT_EQ(a.ranks[i].gpus, b.ranks[i].gpus);
    }
    EXPECT_EQ(a.warnings, b.warnings);
}

bool breaks_a_promise(const Plan& plan) {
    return warns(plan, "share CPUs") || warns(plan, "CPUs a rank do not fit: ") ||
           warns(plan, "whose limit is");
}

void expect_strict_fails_where_a_promise_breaks(const Machine& machine, PlanInput input,
                                                const Plan& plan) {
    input.request.strict = true;
    const auto strict = pin::plan(machine, input);
    EXPECT_EQ(strict.has_value(), !breaks_a_promise(plan));
    if (!strict) {
        EXPECT_EQ(strict.error().code, Code::P205);
    }
}

/// Whatever was planned can be shown: as text, JSON, a drawing, for other launchers, and to the
/// rank.
void expect_shown(const Machine& machine, const PlanInput& input, const Plan& plan) {
    for (const std::string& line : report_lines(machine, plan))
        EXPECT_TRUE(line.starts_with("efa-pin: ")) << line;
    EXPECT_TRUE(nlohmann::json::accept(report_json(machine, plan)));
    EXPECT_TRUE(drawing(machine, plan).has_value());
    for (const auto write : {rankfile, intel_mpi, slurm_cpu_bind})
        if (const auto text = write(machine, plan); !text) {
            EXPECT_EQ(text.error().code, Code::P208);
        }
    const auto lines = report_lines(machine, plan);
    for (const std::string& line : broken_lines(plan))
        EXPECT_NE(std::ranges::find(lines, line), lines.end()) << line;
    EXPECT_EQ(plan.overlaps > 0, std::ranges::any_of(plan.broken, [](const std::string& one) {
                  return one.contains("ranks share CPUs");
              }));
    const auto shared = shared_environment(machine, plan, input.request);
    for (const RankPlan& rank : plan.ranks) {
        const auto all = environment_of(machine, plan, rank, input.request, {});
        for (const Variable& one : shared)
            EXPECT_NE(std::ranges::find(all, one), all.end()) << one.name << '=' << one.value;
    }
}

std::string describe(const PlanInput& input) {
    return fmt::format("{} ranks, {} CPUs each, by:{}, smt {}, threads-per-core {}, reserve {}, "
                       "nics {}, selection {}, limit {}, {} GPUs, step {}",
                       input.ranks.size(), input.cpus_per_task, to_string(input.request.policy),
                       input.request.smt, input.threads_per_core, input.request.reserve,
                       input.request.nics_per_rank, static_cast<int>(input.request.nics.kind),
                       input.ranks_per_nic, input.gpus.size(), input.step_cpus.list());
}

void expect_everything(const Machine& machine, const PlanInput& input, unsigned seed) {
    const auto made = plan(machine, input);
    const Room room = test::widest_room(machine, input);
    if (room.usable.empty()) {
        EXPECT_TRUE(test::fails_with(made, Code::P206, "leaves no core"));
        return;
    }
    ASSERT_TRUE(test::succeeds(made));
    ASSERT_EQ(made->ranks.size(), input.ranks.size());
    if (made->binds()) {
        expect_inside_and_equal(*made, room);
        expect_no_sharing_unless_needed(*made, room);
        expect_no_crossing_unless_needed(machine, input, *made);
        expect_idle_cores_explained(machine, *made, room);
    }
    expect_nics(machine, input, *made);
    expect_gpus(input, *made);
    expect_same(*made, *plan(machine, input));
    if (seed % 8 == 0)
        expect_shown(machine, input, *made);
    expect_strict_fails_where_a_promise_breaks(machine, input, *made);
}

TEST(RandomPlan, KeepsItsPromises) {
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice);
        const PlanInput input = test::random_input(dice, machine);
        SCOPED_TRACE(fmt::format("seed {}: {}", seed, describe(input)));
        expect_everything(machine, input, seed);
        if (testing::Test::HasFailure())
            return;
    }
}

} // namespace pin_plan_random_test
} // namespace fairlead::pin
