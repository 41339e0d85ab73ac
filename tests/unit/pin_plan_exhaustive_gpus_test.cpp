// On small machines every placement of ranks with GPUs is tried, and every way to share the GPUs
// evenly: none is better than the planner's.
#include "expect_error.hpp"
#include "placements.hpp"
#include "random_machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_plan_exhaustive_gpus_test {

using test::Dice;
using test::far_of;
using test::Score;
using test::Site;
using topology::Machine;

constexpr unsigned machines = 1500;
constexpr test::Bounds small{
    .packages = 2, .nodes_in_package = 2, .cores_in_node = 3, .threads = 1, .nics = 2, .gpus = 3};

/// The NUMA node of each rank (nodes, where it spans several) and its GPUs.
struct Placement {
    std::vector<int> site;
    std::vector<std::vector<int>> numa;
    std::vector<std::vector<int>> gpus;
};

std::vector<int> part_of(const PlanInput& input, const std::pair<std::size_t, std::size_t>& part) {
    return {input.gpus.begin() + static_cast<std::ptrdiff_t>(part.first),
            input.gpus.begin() + static_cast<std::ptrdiff_t>(part.second)};
}

/// To the GPUs and, where a rank chooses an interface beside those of its GPU, the nearest.
std::int64_t distance(const Machine& machine, const PlanInput& input, const Placement& placement) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < placement.numa.size(); ++i) {
        for (const int gpu : placement.gpus[i])
            sum += far_of(machine, placement.numa[i], test::at(machine.gpus, gpu));
        int nearest = machine.efas.empty() || input.request.nics_per_rank == 0 ? 0 : 2;
        for (const auto& efa : machine.efas)
            nearest = std::min(nearest, far_of(machine, placement.numa[i], efa));
        sum += nearest;
    }
    return sum;
}

Score score(const Machine& machine, const PlanInput& input, Policy policy,
            const std::vector<Site>& sites, const Placement& placement) {
    const std::int64_t far = distance(machine, input, placement);
    std::int64_t other_package = 0, fill = 0;
    for (std::size_t i = 0; i < placement.numa.size(); ++i) {
        fill += placement.site[i];
        for (const int gpu : placement.gpus[i])
            other_package += far_of(machine, placement.numa[i], test::at(machine.gpus, gpu)) == 2;
    }
    int slots = 0;
    for (const Site& site : sites)
        slots += site.slots;
    const bool shared = slots < static_cast<int>(placement.site.size());
    const std::int64_t uneven = shared ? 0 : test::unevenness(sites, placement.site);
    switch (policy) {
    case Policy::Gpu:
        return {far, uneven};
    case Policy::Nic:
        return {other_package, uneven, far};
    case Policy::Compact:
        return {fill, far};
    default:
        return {uneven, far};
    }
}

Score best_score(const Machine& machine, const PlanInput& input, Policy policy,
                 const std::vector<Site>& sites, int width) {
    std::optional<Score> best;
    for (const auto& cut : test::gpu_cuts(input.gpus.size(), input.ranks.size())) {
        Placement placement;
        for (const auto& part : cut)
            placement.gpus.push_back(part_of(input, part));
        test::for_all(input.ranks.size(), sites.size(), [&](const std::vector<int>& site) {
            if (!test::fits(sites, site, width))
                return;
            placement.site = site;
            placement.numa.clear();
            for (const int one : site)
                placement.numa.push_back({sites[static_cast<std::size_t>(one)].numa});
            test::keep_best(best, score(machine, input, policy, sites, placement));
        });
    }
    return best.value();
}

/// The seats are given, which follow from the CPUs alone.
std::int64_t best_on_seats(const Machine& machine, const PlanInput& input, Placement placement) {
    std::optional<std::int64_t> best;
    auto& seats = placement.numa;
    std::ranges::sort(seats);
    do
        for (const auto& cut : test::gpu_cuts(input.gpus.size(), input.ranks.size())) {
            placement.gpus.clear();
            for (const auto& part : cut)
                placement.gpus.push_back(part_of(input, part));
            const std::int64_t far = distance(machine, input, placement);
            best = std::min(best.value_or(far), far);
        }
    while (std::ranges::next_permutation(seats).found);
    return best.value();
}

int site_of(const std::vector<Site>& sites, int numa) {
    const auto found = std::ranges::find(sites, numa, &Site::numa);
    return static_cast<int>(found - sites.begin());
}

void expect_best(const Machine& machine, const PlanInput& input) {
    const auto made = plan(machine, input);
    ASSERT_TRUE(test::succeeds(made));
    const auto sites = test::sites_of(machine, input, false);
    Placement placement;
    for (const RankPlan& rank : made->ranks) {
        placement.site.push_back(site_of(sites, rank.numa.front()));
        placement.numa.push_back(rank.numa);
        placement.gpus.push_back(rank.gpus);
    }
    if (made->crossings > 0)
        EXPECT_EQ(distance(machine, input, placement), best_on_seats(machine, input, placement));
    else
        EXPECT_EQ(score(machine, input, made->used, sites, placement),
                  best_score(machine, input, made->used, sites, made->ranks[0].cpus.size()));
}

TEST(ExhaustiveSearchWithGpus, FindsNoBetterPlacement) {
    int crossings = 0, overlaps = 0, fewer = 0;
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        PlanInput input{.step_cpus = machine.cpus, .ranks = test::first_ranks(dice.roll(1, 5))};
        input.cpus_per_task = dice.roll(0, 3);
        input.gpus = test::some_gpus(dice, machine);
        input.request.nics_per_rank = dice.roll(0, 1);
        input.request.policy = dice.pick(std::vector{Policy::Auto, Policy::Gpu, Policy::Numa,
                                                     Policy::Nic, Policy::Compact, Policy::Spread});
        if (input.gpus.empty())
            continue;
        SCOPED_TRACE(fmt::format("seed {}: {} ranks, {} CPUs each, {} GPUs, by:{}", seed,
                                 input.ranks.size(), input.cpus_per_task, input.gpus.size(),
                                 to_string(input.request.policy)));
        expect_best(machine, input);
        if (testing::Test::HasFailure())
            return;
        const auto made = plan(machine, input);
        crossings += made->crossings > 0;
        overlaps += made->overlaps > 0;
        fewer += input.ranks.size() < input.gpus.size();
    }
    EXPECT_GT(crossings, 20);
    EXPECT_GT(overlaps, 20);
    EXPECT_GT(fewer, 20);
}

/// What a review found: a GPU with two ranks beside a free core, and one rank far from its own.
TEST(GpuShares, TheGpuWithTwoRanksIsTheOneWithRoomBesideIt) {
    Machine machine;
    machine.name = "two sockets";
    for (int node = 0; node < 2; ++node) {
        topology::CpuSet near;
        for (int core = 0; core < (node == 0 ? 1 : 3); ++core) {
            machine.cores.push_back({{4 * node + core}, node});
            near.add(4 * node + core);
        }
        machine.numa_nodes.push_back({node, node, near});
        machine.cpus.add(near);
        machine.gpus.push_back({.name = fmt::format("gpu{}", node), .pci = {}, .near = near});
    }
    const auto made = plan(machine, {.step_cpus = machine.cpus,
                                     .ranks = test::first_ranks(3),
                                     .cpus_per_task = 1,
                                     .gpus = {0, 1}});
    ASSERT_TRUE(test::succeeds(made));
    EXPECT_EQ(made->ranks[0].gpus, std::vector{0});
    EXPECT_EQ(made->ranks[1].gpus, std::vector{1});
    EXPECT_EQ(made->ranks[2].gpus, std::vector{1});
    EXPECT_EQ(made->ranks[0].numa, std::vector{0});
    EXPECT_EQ(made->ranks[1].numa, std::vector{1});
    EXPECT_EQ(made->ranks[2].numa, std::vector{1});
}

} // namespace pin_plan_exhaustive_gpus_test
} // namespace fairlead::pin
