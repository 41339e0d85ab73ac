// On small machines every way to seat ranks is tried whose interfaces are given: none is nearer to
// them.
#include "expect_error.hpp"
#include "placements.hpp"
#include "random_machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_plan_exhaustive_map_test {

using test::Dice;
using test::far_of;
using test::Score;
using test::Site;
using topology::Machine;
using Lists = std::vector<std::vector<int>>;

constexpr unsigned machines = 1000;
constexpr test::Bounds small{
    .packages = 2, .nodes_in_package = 2, .cores_in_node = 4, .threads = 2, .nics = 3, .gpus = 0};

/// One to three turns of interfaces by number; `lists` has each rank's.
PlanInput input_for(Dice& dice, const Machine& machine, Lists& lists) {
    PlanInput input{.step_cpus = dice.one_in(4) ? test::random_step(dice, machine) : machine.cpus,
                    .ranks = test::first_ranks(dice.roll(1, 5))};
    input.cpus_per_task = dice.roll(0, 2);
    input.request.policy =
        dice.pick(std::vector{Policy::Numa, Policy::Nic, Policy::Compact, Policy::Spread});
    input.request.nics.kind = NicSelection::Kind::Map;
    Lists turns(static_cast<std::size_t>(dice.roll(1, 3)));
    for (auto& turn : turns) {
        input.request.nics.lists.emplace_back();
        for (int nic = 0; nic < static_cast<int>(machine.efas.size()); ++nic)
            if (dice.one_in(2) ||
                (turn.empty() && nic + 1 == static_cast<int>(machine.efas.size()))) {
                turn.push_back(nic);
                input.request.nics.lists.back().push_back(fmt::format("{}", nic));
            }
    }
    for (std::size_t i = 0; i < input.ranks.size(); ++i)
        lists.push_back(turns[i % turns.size()]);
    return input;
}

Score score(const Machine& machine, const PlanInput& input, const Lists& lists,
            const std::vector<Site>& sites, const std::vector<int>& site) {
    std::int64_t distance = 0, other_package = 0, fill = 0;
    for (std::size_t i = 0; i < site.size(); ++i) {
        fill += site[i];
        for (const int nic : lists[i]) {
            const int far = far_of(machine, sites[static_cast<std::size_t>(site[i])].numa,
                                   test::at(machine.efas, nic));
            distance += far;
            other_package += far == 2;
        }
    }
    int slots = 0;
    for (const Site& one : sites)
        slots += one.slots;
    const bool shared = slots < static_cast<int>(site.size());
    const std::int64_t uneven = shared ? 0 : test::unevenness(sites, site);
    if (input.request.policy == Policy::Nic)
        return {other_package, uneven, distance};
    return {input.request.policy == Policy::Compact ? fill : uneven, distance};
}

std::vector<int> sites_of_ranks(const std::vector<Site>& sites, const Plan& plan) {
    std::vector<int> all;
    for (const RankPlan& rank : plan.ranks)
        all.push_back(static_cast<int>(std::ranges::find(sites, rank.numa.front(), &Site::numa) -
                                       sites.begin()));
    return all;
}

TEST(ExhaustiveSearch, FindsNoNearerSeatsForAMap) {
    int compared = 0;
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        if (machine.efas.empty())
            continue;
        Lists lists;
        const PlanInput input = input_for(dice, machine, lists);
        const auto made = plan(machine, input);
        ASSERT_TRUE(test::succeeds(made));
        for (std::size_t i = 0; i < lists.size(); ++i)
            ASSERT_EQ(made->ranks[i].nics, lists[i]);
        if (made->crossings > 0 || made->used != input.request.policy)
            continue;
        const auto sites = test::sites_of(machine, input, false);
        std::optional<Score> best;
        test::for_all(lists.size(), sites.size(), [&](const std::vector<int>& site) {
            if (test::fits(sites, site, made->ranks[0].cpus.size()))
                test::keep_best(best, score(machine, input, lists, sites, site));
        });
        ASSERT_EQ(score(machine, input, lists, sites, sites_of_ranks(sites, *made)), best)
            << fmt::format("seed {}: {} ranks, by:{}", seed, lists.size(),
                           to_string(input.request.policy));
        ++compared;
    }
    EXPECT_GT(compared, 500);
}

} // namespace pin_plan_exhaustive_map_test
} // namespace fairlead::pin
