/// A small site with budgets, for tests.
#pragma once

#include "cost/budget.hpp"
#include "temp_folder.hpp"

namespace fairlead::test {

using cost::Ask, cost::BudgetSnapshot, cost::Budgets, cost::Change, cost::Judged, cost::Money,
    cost::Reaction, cost::Settings, cost::Time;

inline constexpr Time noon{std::chrono::seconds(1'790'000'000)};

inline Money usd(std::int64_t dollars) { return {dollars * cost::nanos_per_unit}; }

/// A node of partition hpc costs 1 USD an hour. Group bio has 100 USD a month below 1,000 of its
/// university and 1,500 of the site, cfd 1,000 and is rejected past it.
inline BudgetSnapshot budget_site() {
    BudgetSnapshot snapshot{.taken = noon,
                            .partitions = {{.name = "hpc", .dearest = {1'000'000'000'000}},
                                           {.name = "gpu", .dearest = {10'000'000'000'000}}},
                            .default_partition = "hpc"};
    const Time ends = noon + std::chrono::days(10);
    snapshot.caps = {{.name = "group bio",
                      .label = "bio",
                      .limit = usd(100),
                      .ends = ends,
                      .thresholds = {{50, Reaction::Warn},
                                     {80, Reaction::RequireQos, "low"},
                                     {100, Reaction::Hold}}},
                     {.name = "group cfd",
                      .label = "cfd",
                      .limit = usd(1000),
                      .ends = ends,
                      .thresholds = {{100, Reaction::Reject}}},
                     {.name = "university north",
                      .label = "north",
                      .limit = usd(1000),
                      .ends = ends,
                      .thresholds = {{100, Reaction::Hold}}},
                     {.name = "site",
                      .label = "the site",
                      .limit = usd(1500),
                      .ends = ends,
                      .thresholds = {{100, Reaction::Hold}}}};
    snapshot.groups = {
        {.name = "bio", .accounts = {"bio", "bio-gpu"}, .may_exceed = {"ada"}, .caps = {0, 2, 3}},
        {.name = "cfd", .accounts = {"cfd"}, .caps = {1, 2, 3}},
        {.name = "", .caps = {3}}};
    snapshot.default_accounts = {{"ben", "bio"}};
    return snapshot;
}

/// As a site enforces them.
inline Settings enforced() {
    Settings settings;
    settings.mode = config::Mode::Enforce;
    return settings;
}

/// A job of bio for so many hours of one node, with the QoS that no threshold asks more of.
inline Ask hours(std::int64_t number, std::string_view account = "bio") {
    return {.user = "ben",
            .account = account,
            .qos = "low",
            .partitions = "hpc",
            .size = {.least_nodes = 1, .most_nodes = 1, .time_limit = std::chrono::hours(number)}};
}

/// Budgets with holds in a folder of their own.
struct Bank {
    TempFolder folder;
    Budgets budgets{cost::Holds::open(folder.path() / "holds", noon).value()};
    Settings settings = enforced();
    Budgets::View view = budgets.take(budget_site(), settings);

    Judged ask(const Ask& ask, Time now = noon) { return budgets.judge(view, settings, ask, now); }
    Judged ask(const Change& change, Time now = noon) {
        return budgets.judge(view, settings, change, now);
    }
    std::int64_t used(std::size_t cap) const {
        return view->used(cap).load() / cost::nanos_per_unit;
    }
};

} // namespace fairlead::test
