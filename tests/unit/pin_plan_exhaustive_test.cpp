// On small machines every placement is tried: none is better than the planner's.
#include "expect_error.hpp"
#include "placements.hpp"
#include "random_machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_plan_exhaustive_test {

using test::Dice;
using test::far_of;
using test::Score;
using test::Site;
using topology::Machine;
using Kind = NicSelection::Kind;
using Lists = std::vector<std::vector<int>>;

constexpr unsigned machines = 1000;
constexpr test::Bounds small{
    .packages = 2, .nodes_in_package = 2, .cores_in_node = 4, .threads = 2, .nics = 3, .gpus = 3};

/// A placement as far as it matters: the site, its NUMA node and the interfaces of each rank.
struct Placement {
    std::vector<int> site;
    Lists numa;
    Lists nics;
};

struct Measures {
    std::int64_t beyond, nic_unevenness, distance, other_package, site_unevenness, fill;
};

Measures measure(const Machine& machine, const PlanInput& input, const std::vector<Site>& sites,
                 const Placement& placement) {
    std::vector<std::int64_t> loads(machine.efas.size(), 0);
    Measures m{};
    for (std::size_t i = 0; i < placement.nics.size(); ++i)
        for (const int nic : placement.nics[i]) {
            const int far = far_of(machine, placement.numa[i], test::at(machine.efas, nic));
            m.distance += far;
            m.other_package += far == 2;
            ++loads[static_cast<std::size_t>(nic)];
        }
    for (const std::int64_t load : loads) {
        m.beyond += std::max<std::int64_t>(0, load - input.ranks_per_nic);
        m.nic_unevenness += load * load;
    }
    for (const int site : placement.site)
        m.fill += site;
    int slots = 0;
    for (const Site& site : sites)
        slots += site.slots;
    // Ranks that share slots are as even as they can be by `fits`.
    if (slots >= static_cast<int>(placement.site.size()))
        m.site_unevenness = test::unevenness(sites, placement.site);
    return m;
}

bool balances(const PlanInput& input) { return input.request.nics.kind == Kind::Balance; }

/// What decides where ranks sit.
Score seat_score(const PlanInput& input, Policy policy, const Measures& m) {
    const Score by_nic =
        balances(input) ? Score{m.nic_unevenness, m.distance} : Score{m.distance, m.nic_unevenness};
    switch (policy) {
    case Policy::Nic:
        return {m.beyond, m.other_package, m.nic_unevenness, m.site_unevenness, m.distance};
    case Policy::Compact:
        return {m.beyond, m.fill, by_nic[0], by_nic[1]};
    default:
        return {m.beyond, m.site_unevenness, by_nic[0], by_nic[1]};
    }
}

/// How much of a score comes before the loads of interfaces.
std::size_t to_distance(const PlanInput& input, Policy policy) {
    return policy == Policy::Nic || balances(input) ? 2 : 3;
}

/// What decides about interfaces once ranks sit.
Score nic_score(const PlanInput& input, const Measures& m) {
    return balances(input) ? Score{m.beyond, m.nic_unevenness, m.distance}
                           : Score{m.beyond, m.distance, m.nic_unevenness};
}

/// All sets of as many interfaces as a rank gets.
Lists nic_choices(const Machine& machine, const PlanInput& input) {
    const auto candidates = test::candidates_of(machine, input);
    const auto said = static_cast<std::size_t>(input.request.nics_per_rank);
    const Kind kind = input.request.nics.kind;
    const bool whole = kind == Kind::All || (kind == Kind::Named && said == 0);
    const auto each =
        std::min(candidates.size(), whole ? candidates.size() : std::max<std::size_t>(1, said));
    Lists choices;
    test::for_all(candidates.size(), 2, [&](const std::vector<int>& in) {
        std::vector<int> choice;
        for (std::size_t i = 0; i < in.size(); ++i)
            if (in[i])
                choice.push_back(candidates[i]);
        if (choice.size() == each)
            choices.push_back(std::move(choice));
    });
    return choices;
}

void for_all_nics(Placement placement, const Lists& choices,
                  const std::function<void(const Placement&)>& visit) {
    placement.nics.assign(placement.numa.size(), {});
    test::for_all(placement.numa.size(), choices.size(), [&](const std::vector<int>& choice) {
        for (std::size_t i = 0; i < choice.size(); ++i)
            placement.nics[i] = choices[static_cast<std::size_t>(choice[i])];
        visit(placement);
    });
}

/// Of what the planner is asked on one machine.
struct Search {
    const Machine& machine;
    const PlanInput& input;
    Policy policy;
    std::vector<Site> sites;
    Lists choices;

    Score seats(const Placement& placement) const {
        return seat_score(input, policy, measure(machine, input, sites, placement));
    }
    Score nics(const Placement& placement) const {
        return nic_score(input, measure(machine, input, sites, placement));
    }

    Score best_seats(int width) const {
        std::optional<Score> best;
        test::for_all(input.ranks.size(), sites.size(), [&](const std::vector<int>& site) {
            if (!std::ranges::is_sorted(site) || !test::fits(sites, site, width))
                return;
            Placement placement{site, {}, {}};
            for (const int one : site)
                placement.numa.push_back({sites[static_cast<std::size_t>(one)].numa});
            for_all_nics(placement, choices,
                         [&](const Placement& all) { test::keep_best(best, seats(all)); });
        });
        return best.value();
    }

    /// The best the planner's own seats allow: its interfaces are chosen by other rules than its
    /// seats.
    Score best_of(const Placement& made, auto score) const {
        std::optional<Score> best;
        for_all_nics(made, choices,
                     [&](const Placement& all) { test::keep_best(best, score(all)); });
        return best.value();
    }
};

/// The site of a rank is found by what is left of each: caches of one NUMA node are worth the same
/// where their slots are.
std::optional<int> site_of(const Machine& machine, const PlanInput& input, bool by_cache,
                           const RankPlan& rank) {
    const auto usable = test::usable_of(machine, input);
    std::vector<std::pair<int, int>> keys;
    for (const auto& core : machine.cores) {
        const bool here =
            std::ranges::any_of(core.pus, [&](int pu) { return usable.contains(pu); });
        const std::pair key{core.numa, by_cache ? core.cache : 0};
        if (here && std::ranges::find(keys, key) == keys.end())
            keys.push_back(key);
        if (std::ranges::any_of(core.pus, [&](int pu) { return rank.cpus.contains(pu); }))
            return static_cast<int>(std::ranges::find(keys, key) - keys.begin());
    }
    return std::nullopt;
}

void expect_best(const Machine& machine, const PlanInput& input) {
    const auto made = plan(machine, input);
    if (test::usable_of(machine, input).empty())
        return;
    ASSERT_TRUE(test::succeeds(made));
    const bool by_cache = made->used == Policy::L3 && made->overlaps == 0;
    const Search search{machine, input, made->used, test::sites_of(machine, input, by_cache),
                        nic_choices(machine, input)};
    Placement placement;
    for (const RankPlan& rank : made->ranks) {
        placement.site.push_back(site_of(machine, input, by_cache, rank).value());
        placement.numa.push_back(rank.numa);
        placement.nics.push_back(rank.nics);
    }
    EXPECT_EQ(search.nics(placement),
              search.best_of(placement, [&](const Placement& p) { return search.nics(p); }));
    if (made->crossings > 0)
        return;
    auto own = search.best_of(placement, [&](const Placement& p) { return search.seats(p); });
    auto best = search.best_seats(made->ranks[0].cpus.size());
    // Where a rank gets several, seats go by the distance to them, and not by their loads.
    if (search.choices.front().size() > 1) {
        own.resize(to_distance(input, made->used));
        best.resize(own.size());
    }
    EXPECT_EQ(own, best);
}

PlanInput input_for(Dice& dice, const Machine& machine) {
    PlanInput input{.step_cpus = dice.one_in(4) ? test::random_step(dice, machine) : machine.cpus,
                    .ranks = test::first_ranks(dice.roll(1, 5))};
    input.cpus_per_task = dice.roll(0, 2);
    input.ranks_per_nic = dice.roll(1, 4);
    input.request.policy = dice.pick(
        std::vector{Policy::Numa, Policy::Nic, Policy::Compact, Policy::Spread, Policy::L3});
    if (input.request.policy == Policy::L3 && input.ranks.size() > 4)
        input.ranks.resize(4);
    input.request.nics.kind =
        dice.pick(std::vector{Kind::Closest, Kind::Closest, Kind::Balance, Kind::Named, Kind::All});
    input.request.nics_per_rank = dice.one_in(3) ? dice.roll(1, 2) : 0;
    if (input.request.nics.kind == Kind::All || input.request.nics_per_rank > 1)
        input.ranks_per_nic = 128;
    if (input.request.nics.kind == Kind::Named) {
        input.request.nics_per_rank = dice.roll(0, 1);
        if (input.request.nics_per_rank == 0)
            input.ranks_per_nic = 128;
        std::vector<std::string> names;
        for (const auto& efa : machine.efas)
            if (names.empty() || dice.one_in(2))
                names.push_back(efa.name);
        input.request.nics.lists = {names};
        if (names.empty())
            input.request.nics = {};
    }
    input.request.smt = dice.one_in(4) ? dice.roll(1, 2) : 0;
    input.request.reserve = dice.one_in(5) ? 1 : 0;
    return input;
}

TEST(ExhaustiveSearch, FindsNoBetterPlacement) {
    int overlaps = 0, caches = 0;
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        const PlanInput input = input_for(dice, machine);
        SCOPED_TRACE(fmt::format(
            "seed {}: {} ranks, {} CPUs each, by:{}, nic kind {}, nics {}, smt "
            "{}, reserve {}, step {}",
            seed, input.ranks.size(), input.cpus_per_task, to_string(input.request.policy),
            static_cast<int>(input.request.nics.kind), input.request.nics_per_rank,
            input.request.smt, input.request.reserve, input.step_cpus.list()));
        expect_best(machine, input);
        if (testing::Test::HasFailure())
            return;
        const auto made = plan(machine, input);
        overlaps += made && made->overlaps > 0;
        caches += made && made->used == Policy::L3;
    }
    EXPECT_GT(overlaps, 25);
    EXPECT_GT(caches, 25);
}

/// Without --cpus-per-task a rank gets as many CPUs as can be had by all.
TEST(ExhaustiveSearch, FindsNoWiderRanks) {
    for (unsigned seed = 0; seed < machines; ++seed) {
        Dice dice(seed);
        const Machine machine = test::random_machine(dice, small);
        const PlanInput input{.step_cpus = machine.cpus,
                              .ranks = test::first_ranks(dice.roll(1, 6))};
        const auto made = plan(machine, input);
        ASSERT_TRUE(test::succeeds(made));
        if (made->overlaps > 0)
            continue;
        int fit = 0;
        for (const Site& site : test::sites_of(machine, input, false))
            fit += site.slots / (made->ranks[0].cpus.size() + 1);
        ASSERT_LT(fit, static_cast<int>(input.ranks.size())) << "seed " << seed;
    }
}

} // namespace pin_plan_exhaustive_test
} // namespace fairlead::pin
