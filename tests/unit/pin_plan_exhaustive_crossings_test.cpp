// Where ranks do not all fit into NUMA nodes, every way to cut the CPUs is tried: as few ranks as
// can be span nodes, as few of those packages, and their CPUs are the nearest.
#include "expect_error.hpp"
#include "placements.hpp"
#include "random_machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_plan_exhaustive_crossings_test {

using test::Dice;
using test::far_of;
using test::Score;
using test::Site;
using topology::Machine;

constexpr unsigned machines = 2000;
constexpr test::Bounds small{
    .packages = 2, .nodes_in_package = 2, .cores_in_node = 5, .threads = 1, .nics = 3, .gpus = 2};

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

/// To the nearest of the step's GPUs, or else of the interfaces.
int far_of_site(const Machine& machine, const PlanInput& input, const Site& site) {
    int nearest = input.gpus.empty() && machine.efas.empty() ? 0 : 2;
    for (const int gpu : input.gpus)
        nearest = std::min(nearest, far_of(machine, site.numa, test::at(machine.gpus, gpu)));
    if (input.gpus.empty())
        for (const auto& efa : machine.efas)
            nearest = std::min(nearest, far_of(machine, site.numa, efa));
    return nearest;
}

/// Of the ranks that span nodes: how many span packages, then how far their CPUs are.
struct Crossing {
    const Machine& machine;
    std::vector<Site> sites;
    std::vector<int> far; ///< of each site

    bool spans_packages(const std::vector<int>& taken) const {
        std::set<int> packages;
        for (std::size_t i = 0; i < taken.size(); ++i)
            if (taken[i] > 0)
                packages.insert(test::package_of(machine, sites[i].numa));
        return packages.size() > 1;
    }

    Score add(const Score& score, const std::vector<int>& taken) const {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < taken.size(); ++i)
            sum += taken[i] * far[i];
        return {score[0] + spans_packages(taken), score[1] + sum};
    }

    /// All ways to take `width` CPUs of what is left, for each of `ranks`.
    void try_all(const std::vector<int>& left, int ranks, int width, const Score& score,
                 std::optional<Score>& best) const {
        if (ranks == 0)
            return test::keep_best(best, score);
        test::for_all(left.size(), static_cast<std::size_t>(width), [&](const auto& taken) {
            int sum = 0;
            for (std::size_t i = 0; i < left.size(); ++i) {
                sum += taken[i];
                if (taken[i] > left[i])
                    return;
            }
            if (sum != width)
                return;
            auto rest = left;
            for (std::size_t i = 0; i < left.size(); ++i)
                rest[i] -= taken[i];
            try_all(rest, ranks - 1, width, add(score, taken), best);
        });
    }
};

void expect_best(const Machine& machine, const PlanInput& input, const Plan& made) {
    Crossing crossing{machine, test::sites_of(machine, input, false), {}};
    const int width = made.ranks[0].cpus.size();
    std::vector<int> left;
    for (const Site& site : crossing.sites) {
        crossing.far.push_back(far_of_site(machine, input, site));
        left.push_back(site.slots % width);
    }
    Score score{0, 0};
    int ranks = 0;
    for (const RankPlan& rank : made.ranks) {
        if (rank.numa.size() == 1)
            continue;
        std::vector<int> taken;
        for (const Site& site : crossing.sites)
            taken.push_back(
                (rank.cpus & machine.numa_nodes[static_cast<std::size_t>(site.numa)].cpus).size());
        score = crossing.add(score, taken);
        ++ranks;
    }
    std::optional<Score> best;
    crossing.try_all(left, ranks, width, {0, 0}, best);
    EXPECT_EQ(score, best.value());
}

TEST(ExhaustiveSearch, FindsNoPlanWithFewerCrossings) {
    int crossings = 0;
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        PlanInput input{.step_cpus = machine.cpus, .ranks = test::first_ranks(dice.roll(1, 6))};
        input.cpus_per_task = dice.roll(1, 4);
        if (dice.one_in(3))
            input.gpus = test::some_gpus(dice, machine);
        const auto made = plan(machine, input);
        ASSERT_TRUE(test::succeeds(made));
        if (made->overlaps > 0)
            continue;
        SCOPED_TRACE(fmt::format("seed {}: {} ranks of {} CPUs, {} GPUs", seed, input.ranks.size(),
                                 input.cpus_per_task, input.gpus.size()));
        std::vector<int> sizes;
        for (const Site& site : test::sites_of(machine, input, false))
            sizes.push_back(site.slots);
        ASSERT_EQ(made->crossings, fewest_crossings(sizes, static_cast<int>(input.ranks.size()),
                                                    made->ranks[0].cpus.size()));
        if (made->crossings == 0)
            continue;
        ++crossings;
        expect_best(machine, input, *made);
        if (testing::Test::HasFailure())
            return;
    }
    EXPECT_GT(crossings, 50);
}

} // namespace pin_plan_exhaustive_crossings_test
} // namespace fairlead::pin
