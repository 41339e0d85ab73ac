#include "budgets.hpp"

namespace fairlead::cost {
namespace cost_budget_view_test {

using test::Bank;
using test::usd;

const JobSize an_hour{.most_nodes = 1, .time_limit = std::chrono::hours(1)};

TEST(BudgetView, FindsTheGroupOfAnAccountElseOfTheUsersDefaultElseTheOneOfAllOthers) {
    const Bank bank;
    EXPECT_EQ(bank.view->group("bio-gpu", "eve")->name, "bio");
    EXPECT_EQ(bank.view->group("", "ben")->name, "bio");
    EXPECT_EQ(bank.view->group("", "eve")->name, "");
    EXPECT_EQ(bank.view->group("cfd", "ben")->name, "cfd");
}

TEST(BudgetView, KnowsWhoMayUseAnAccount) {
    Bank bank;
    EXPECT_TRUE(bank.view->may_use("bio", "eve")) << "slurmdbd does not say";
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.members = {{"bio", {"ada", "ben"}}};
    const auto view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_TRUE(view->may_use("bio", "ben"));
    EXPECT_FALSE(view->may_use("bio", "eve"));
    EXPECT_FALSE(view->may_use("cfd", "ben"));
    EXPECT_TRUE(view->may_use("", "eve"));
}

TEST(BudgetView, WithoutABudgetOfTheSiteOthersHaveNoGroup) {
    Bank bank;
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.groups.pop_back();
    const auto view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_EQ(view->group("strangers", "eve"), nullptr);
}

Money cost(const Bank& bank, std::string_view partitions) {
    return bank.view->dearest(partitions, an_hour, std::chrono::hours(1)).known.value().at_most;
}

std::string unknown(const Bank& bank, std::string_view partitions) {
    const auto error = bank.view->dearest(partitions, an_hour, std::chrono::hours(1)).unknown;
    return error ? to_string(*error) : "known";
}

TEST(BudgetView, TakesTheDearestOfThePartitionsThatAreNamed) {
    const Bank bank;
    EXPECT_EQ(cost(bank, "hpc"), usd(1));
    EXPECT_EQ(cost(bank, "hpc,gpu"), usd(10));
    EXPECT_EQ(cost(bank, "gpu,hpc"), usd(10));
    EXPECT_EQ(cost(bank, ""), usd(1)) << "the default one";
    EXPECT_EQ(cost(bank, "hpc,"), usd(1));
    EXPECT_EQ(unknown(bank, ",hpc,,gpu,"), "known");
}

TEST(BudgetView, APartitionWithoutAPriceIsNamedAndNotCheap) {
    const Bank bank;
    for (const char* partitions : {"new,hpc", "hpc,new", "hpc,new,newer"}) {
        EXPECT_EQ(cost(bank, partitions), usd(1));
        EXPECT_EQ(unknown(bank, partitions), "partition new has no price [FL-C103]");
    }
    EXPECT_EQ(unknown(bank, "new"), "partition new has no price [FL-C103]");
    EXPECT_FALSE(bank.view->dearest("new", an_hour, {}).known);
    EXPECT_EQ(unknown(bank, ","), "no partition that the job may run in has a price [FL-C103]");
    EXPECT_EQ(bank.view->dearest_anywhere(an_hour, std::chrono::hours(1)), usd(10));
}

TEST(BudgetView, WithoutADefaultPartitionAnyMayBeMeant) {
    Bank bank;
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.default_partition.clear();
    bank.view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_EQ(cost(bank, ""), usd(10));
    snapshot.partitions.clear();
    bank.view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_EQ(unknown(bank, ""), "no partition that the job may run in has a price [FL-C103]");
    EXPECT_FALSE(bank.view->dearest_anywhere(an_hour, std::chrono::hours(1)));
}

TEST(BudgetView, DoesNotCompareCurrencies) {
    Bank bank;
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.partitions[1].currency = "EUR";
    bank.view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_EQ(unknown(bank, "hpc,gpu"), "partition gpu has prices in EUR, others in USD [FL-C103]");
}

/// The accountant has one without nodes in the currency of another.
TEST(BudgetView, WhatCostsNothingIsOfAnyCurrency) {
    Bank bank;
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.partitions[1].currency = "EUR";
    snapshot.partitions.push_back({.name = "empty", .dearest = {}, .nodes = 0});
    bank.view = bank.budgets.take(snapshot, bank.settings);
    for (const char* partitions : {"empty,gpu", "gpu,empty"}) {
        EXPECT_EQ(unknown(bank, partitions), "known");
        EXPECT_EQ(cost(bank, partitions), usd(10));
    }
    EXPECT_EQ(cost(bank, "empty"), usd(0));
}

} // namespace cost_budget_view_test
} // namespace fairlead::cost
