// On small machines every placement is tried: none is better than the planner's.
#include "pin/distance.hpp"
#include "pin/plan.hpp"

#include "expect_error.hpp"
#include "random_machines.hpp"

#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <optional>

namespace fairlead::pin {
namespace pin_plan_exhaustive_test {

using test::Dice;
using topology::Machine;
using Kind = NicSelection::Kind;

constexpr unsigned machines = 2000;
constexpr test::Bounds small{
    .packages = 2, .nodes_in_package = 2, .cores_in_node = 4, .threads = 1, .nics = 3, .gpus = 3};

/// Lower is better, the first difference counts.
using Score = std::vector<std::int64_t>;

/// A placement as far as it matters: the NUMA node and the interface of each rank.
struct Placement {
    std::vector<int> numa;
    std::vector<int> nic; ///< empty on a machine without
};

std::vector<int> sizes_of(const Machine& machine) {
    std::vector<int> sizes;
    for (const auto& node : machine.numa_nodes)
        sizes.push_back(node.cpus.size());
    return sizes;
}

int package_of(const Machine& machine, int numa) {
    return machine.numa_nodes[static_cast<std::size_t>(numa)].package;
}

/// 0 the same NUMA node, 1 the same package or unknown, 2 another package.
int distance(const Machine& machine, int numa, const topology::Device& device) {
    if (device.near.empty())
        return 1;
    if (device.near.inside(machine.numa_nodes[static_cast<std::size_t>(numa)].cpus))
        return 0;
    for (int other = 0; other < static_cast<int>(machine.numa_nodes.size()); ++other)
        if (package_of(machine, other) == package_of(machine, numa) &&
            machine.numa_nodes[static_cast<std::size_t>(other)].cpus.intersects(device.near))
            return 1;
    return 2;
}

/// How uneven the shares of the NUMA nodes are: the sum of ranks² per core, times 12, which 1, 2, 3
/// and 4 cores divide.
std::int64_t unevenness(const Machine& machine, const std::vector<int>& numa) {
    std::map<int, std::int64_t> counts;
    for (const int node : numa)
        ++counts[node];
    std::int64_t sum = 0;
    for (const auto& [node, count] : counts)
        sum += 12 / sizes_of(machine)[static_cast<std::size_t>(node)] * count * count;
    return sum;
}

std::vector<std::int64_t> loads_of(const Machine& machine, const Placement& placement) {
    std::vector<std::int64_t> loads(machine.efas.size(), 0);
    for (const int nic : placement.nic)
        ++loads[static_cast<std::size_t>(nic)];
    return loads;
}

std::int64_t sum_of(const auto& values, auto value_of) {
    std::int64_t sum = 0;
    for (const auto& value : values)
        sum += value_of(value);
    return sum;
}

struct Measures {
    std::int64_t beyond, nic_unevenness, distance, other_package, numa_unevenness, fill;
};

Measures measure(const Machine& machine, const PlanInput& input, const Placement& placement) {
    const auto loads = loads_of(machine, placement);
    Measures m{};
    m.beyond = sum_of(loads, [&](std::int64_t load) {
        return std::max<std::int64_t>(0, load - input.ranks_per_nic);
    });
    m.nic_unevenness = sum_of(loads, [](std::int64_t load) { return load * load; });
    for (std::size_t i = 0; i < placement.nic.size(); ++i) {
        const int far = distance(machine, placement.numa[i],
                                 machine.efas[static_cast<std::size_t>(placement.nic[i])]);
        m.distance += far;
        m.other_package += far == 2;
    }
    m.numa_unevenness = unevenness(machine, placement.numa);
    m.fill = sum_of(placement.numa, [](int numa) { return numa; });
    return m;
}

bool balances(const PlanInput& input) { return input.request.nics.kind == Kind::Balance; }

/// What decides where ranks sit.
Score seat_score(const Machine& machine, const PlanInput& input, const Placement& placement) {
    const Measures m = measure(machine, input, placement);
    const Score by_nic =
        balances(input) ? Score{m.nic_unevenness, m.distance} : Score{m.distance, m.nic_unevenness};
    switch (input.request.policy) {
    case Policy::Nic:
        return {m.beyond, m.other_package, m.nic_unevenness, m.numa_unevenness, m.distance};
    case Policy::Compact:
        return {m.beyond, m.fill, by_nic[0], by_nic[1]};
    default:
        return {m.beyond, m.numa_unevenness, by_nic[0], by_nic[1]};
    }
}

/// What decides about interfaces once ranks sit.
Score nic_score(const Machine& machine, const PlanInput& input, const Placement& placement) {
    const Measures m = measure(machine, input, placement);
    return balances(input) ? Score{m.beyond, m.nic_unevenness, m.distance}
                           : Score{m.beyond, m.distance, m.nic_unevenness};
}

/// Calls `visit` with every way to give each of `places` a value below `values`.
void for_all(std::size_t places, int values,
             const std::function<void(const std::vector<int>&)>& visit) {
    std::vector<int> choice(places, 0);
    for (;;) {
        visit(choice);
        std::size_t i = 0;
        while (i < places && ++choice[i] == values)
            choice[i++] = 0;
        if (i == places)
            return;
    }
}

bool fits(const Machine& machine, const std::vector<int>& numa, int width) {
    auto left = sizes_of(machine);
    return std::ranges::all_of(
        numa, [&](int node) { return (left[static_cast<std::size_t>(node)] -= width) >= 0; });
}

void for_all_nics(const Machine& machine, const std::vector<int>& numa,
                  const std::function<void(const Placement&)>& visit) {
    if (machine.efas.empty())
        return visit({numa, {}});
    for_all(numa.size(), static_cast<int>(machine.efas.size()),
            [&](const std::vector<int>& nic) { visit({numa, nic}); });
}

void keep_best(std::optional<Score>& best, Score score) {
    if (!best || score < *best)
        best = std::move(score);
}

Score best_seats(const Machine& machine, const PlanInput& input, int width) {
    std::optional<Score> best;
    for_all(input.ranks.size(), static_cast<int>(machine.numa_nodes.size()),
            [&](const std::vector<int>& numa) {
                if (std::ranges::is_sorted(numa) && fits(machine, numa, width))
                    for_all_nics(machine, numa, [&](const Placement& placement) {
                        keep_best(best, seat_score(machine, input, placement));
                    });
            });
    return best.value();
}

/// The best the planner's own seats allow: its interfaces are chosen by other rules than its seats.
Score best_of_seats(const Machine& machine, const std::vector<int>& numa, auto score) {
    std::optional<Score> best;
    for_all_nics(machine, numa,
                 [&](const Placement& placement) { keep_best(best, score(placement)); });
    return best.value();
}

Placement placement_of(const Plan& plan) {
    Placement placement;
    for (const RankPlan& rank : plan.ranks) {
        placement.numa.push_back(rank.numa.at(0));
        placement.nic.insert(placement.nic.end(), rank.nics.begin(), rank.nics.end());
    }
    return placement;
}

void expect_best(const Machine& machine, const PlanInput& input) {
    const auto made = plan(machine, input);
    ASSERT_TRUE(test::succeeds(made));
    if (made->crossings > 0 || made->overlaps > 0)
        return;
    const Placement placement = placement_of(*made);
    const auto seats = [&](const Placement& p) { return seat_score(machine, input, p); };
    const auto nics = [&](const Placement& p) { return nic_score(machine, input, p); };
    EXPECT_EQ(best_of_seats(machine, placement.numa, seats),
              best_seats(machine, input, made->ranks[0].cpus.size()));
    EXPECT_EQ(nics(placement), best_of_seats(machine, placement.numa, nics));
}

TEST(ExhaustiveSearch, FindsNoBetterPlacement) {
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        PlanInput input{.step_cpus = machine.cpus, .ranks = test::first_ranks(dice.roll(1, 5))};
        input.cpus_per_task = dice.roll(0, 2);
        input.ranks_per_nic = dice.roll(1, 4);
        input.request.policy =
            dice.pick(std::vector{Policy::Numa, Policy::Nic, Policy::Compact, Policy::Spread});
        input.request.nics.kind = dice.pick(std::vector{Kind::Closest, Kind::Balance});
        if (machine.efas.empty() && input.request.policy == Policy::Nic)
            continue;
        SCOPED_TRACE(fmt::format("seed {}: {} ranks, {} CPUs each, by:{}", seed, input.ranks.size(),
                                 input.cpus_per_task, to_string(input.request.policy)));
        expect_best(machine, input);
        if (testing::Test::HasFailure())
            return;
    }
}

/// Ranks to GPUs, then even NUMA nodes.
Score gpu_score(const Machine& machine, const Plan& plan, const std::vector<int>& numa) {
    std::int64_t far = 0;
    for (std::size_t i = 0; i < numa.size(); ++i)
        for (const int gpu : plan.ranks[i].gpus)
            far += distance(machine, numa[i], machine.gpus[static_cast<std::size_t>(gpu)]);
    return {far, unevenness(machine, numa)};
}

TEST(ExhaustiveSearch, FindsNoPlacementNearerToTheGpus) {
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        PlanInput input{.step_cpus = machine.cpus, .ranks = test::first_ranks(dice.roll(1, 5))};
        input.cpus_per_task = dice.roll(0, 2);
        input.gpus = test::some_gpus(dice, machine);
        const auto made = plan(machine, input);
        ASSERT_TRUE(test::succeeds(made));
        if (input.gpus.empty() || made->crossings > 0 || made->overlaps > 0)
            continue;
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::optional<Score> best;
        for_all(input.ranks.size(), static_cast<int>(machine.numa_nodes.size()),
                [&](const std::vector<int>& numa) {
                    if (fits(machine, numa, made->ranks[0].cpus.size()))
                        keep_best(best, gpu_score(machine, *made, numa));
                });
        ASSERT_EQ(gpu_score(machine, *made, placement_of(*made).numa), best.value());
    }
}

/// The number of ranks that leave their NUMA node is the least: every way to cut the nodes' cores
/// into ranks is tried.
int fewest_crossings(std::vector<int> left, int ranks, int width, std::size_t node = 0) {
    if (ranks == 0)
        return 0;
    if (node == left.size())
        return ranks;
    int best = ranks;
    for (int inside = 0; inside <= std::min(ranks, left[node] / width); ++inside)
        best = std::min(best, fewest_crossings(left, ranks - inside, width, node + 1));
    return best;
}

TEST(ExhaustiveSearch, FindsNoPlanWithFewerCrossings) {
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        PlanInput input{.step_cpus = machine.cpus, .ranks = test::first_ranks(dice.roll(1, 6))};
        input.cpus_per_task = dice.roll(1, 4);
        const auto made = plan(machine, input);
        ASSERT_TRUE(test::succeeds(made));
        if (made->overlaps == 0) {
            ASSERT_EQ(made->crossings,
                      fewest_crossings(sizes_of(machine), static_cast<int>(input.ranks.size()),
                                       made->ranks[0].cpus.size()))
                << "seed " << seed;
        }
    }
}

/// Without --cpus-per-task a rank gets as many CPUs as can be had by all.
TEST(ExhaustiveSearch, FindsNoWiderRanks) {
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        const int ranks = dice.roll(1, 6);
        const auto made =
            plan(machine, {.step_cpus = machine.cpus, .ranks = test::first_ranks(ranks)});
        ASSERT_TRUE(test::succeeds(made));
        if (made->overlaps == 0) {
            ASSERT_GT(fewest_crossings(sizes_of(machine), ranks, made->ranks[0].cpus.size() + 1), 0)
                << "seed " << seed;
        }
    }
}

} // namespace pin_plan_exhaustive_test
} // namespace fairlead::pin
