#include "cost/budget_counting.hpp"

#include "budgets.hpp"

namespace fairlead::cost {
namespace cost_budget_counting_test {

using test::Bank;
using test::usd;

TEST(BudgetCounting, CountsInAllBudgetsOrInNone) {
    const Bank bank;
    const BudgetGroup& bio = bank.view->snapshot().groups[0];
    EXPECT_FALSE(count_in(*bank.view, bio, usd(60), "low", false));
    EXPECT_EQ(bank.used(0), 60);
    EXPECT_EQ(bank.used(3), 60);
    const auto stop = count_in(*bank.view, bio, usd(41), "low", false);
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->cap->label, "bio");
    EXPECT_EQ(stop->used, usd(60).nanos);
    EXPECT_EQ(bank.used(0), 60);
    EXPECT_EQ(bank.used(3), 60);
    EXPECT_FALSE(count_in(*bank.view, bio, usd(41), "low", true)) << "exempt";
    EXPECT_EQ(bank.used(0), 101);
    give_back(*bank.view, bio.caps, usd(101));
    EXPECT_EQ(bank.used(0), 0);
    EXPECT_EQ(bank.used(3), 0);
}

TEST(BudgetCounting, WhatMakesNoNumberCountsNowhere) {
    const Bank bank;
    const BudgetGroup& bio = bank.view->snapshot().groups[0];
    bank.view->used(3) = 1;
    const auto stop =
        count_in(*bank.view, bio, {std::numeric_limits<std::int64_t>::max()}, "", true);
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->threshold, nullptr);
    EXPECT_EQ(stop->cap->label, "the site");
    EXPECT_EQ(bank.view->used(0), 0) << "given back";
    EXPECT_EQ(bank.view->used(3), 1);
}

TEST(BudgetCounting, TheStrictestOfThePassedThresholdsCounts) {
    const Cap bio = test::budget_site().caps[0];
    EXPECT_EQ(strictest(bio, usd(50).nanos, "", false), nullptr) << "not passed";
    EXPECT_EQ(strictest(bio, usd(51).nanos, "", false)->reaction, Reaction::Warn);
    EXPECT_EQ(strictest(bio, usd(81).nanos, "", true)->reaction, Reaction::RequireQos);
    EXPECT_EQ(strictest(bio, usd(81).nanos, "low", true), nullptr) << "it has that QoS";
    EXPECT_EQ(strictest(bio, usd(101).nanos, "", true)->reaction, Reaction::Hold);
}

TEST(BudgetCounting, AShortageIsOfThePartThatTheJobMayUse) {
    const Cap bio = test::budget_site().caps[0];
    const Stop stop{&bio, &bio.thresholds[1], usd(30).nanos};
    EXPECT_EQ(shortage_of(stop, usd(60), {}).left, usd(50)) << "80 % of 100, without 30";
    const Stop over{&bio, &bio.thresholds[1], usd(90).nanos};
    EXPECT_EQ(shortage_of(over, usd(60), {}).left, usd(0));
}

} // namespace cost_budget_counting_test
} // namespace fairlead::cost
