#include "budgets.hpp"
#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_budget_view_test {

using test::Bank;
using test::fails_with;
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
    return bank.view->dearest(partitions, an_hour, std::chrono::hours(1)).value().at_most;
}

TEST(BudgetView, TakesTheDearestOfThePartitionsThatAreNamed) {
    const Bank bank;
    EXPECT_EQ(cost(bank, "hpc"), usd(1));
    EXPECT_EQ(cost(bank, "hpc,gpu"), usd(10));
    EXPECT_EQ(cost(bank, "gpu,hpc"), usd(10));
    EXPECT_EQ(cost(bank, ""), usd(1)) << "the default one";
    EXPECT_EQ(cost(bank, "hpc,"), usd(1));
    EXPECT_EQ(cost(bank, "new,hpc"), usd(1));
    EXPECT_TRUE(fails_with(bank.view->dearest("new", an_hour, {}), Code::C103, "new"));
    EXPECT_TRUE(fails_with(bank.view->dearest(",", an_hour, {}), Code::C103));
}

TEST(BudgetView, WithoutADefaultPartitionAnyMayBeMeant) {
    Bank bank;
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.default_partition.clear();
    bank.view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_EQ(cost(bank, ""), usd(10));
    snapshot.partitions.clear();
    bank.view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_TRUE(fails_with(bank.view->dearest("", an_hour, {}), Code::C103));
}

TEST(BudgetView, DoesNotCompareCurrencies) {
    Bank bank;
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.partitions[1].currency = "EUR";
    bank.view = bank.budgets.take(snapshot, bank.settings);
    EXPECT_TRUE(fails_with(bank.view->dearest("hpc,gpu", an_hour, {}), Code::C103, "EUR"));
}

} // namespace cost_budget_view_test
} // namespace fairlead::cost
