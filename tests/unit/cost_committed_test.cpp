#include "cost/committed.hpp"

#include "budgets.hpp"

namespace fairlead::cost {
namespace cost_committed_test {

using test::usd;

TEST(Committed, IsWhatTheJobsOfEachGroupMayCost) {
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.jobs = {{.job = 1, .group = 0, .at_most = usd(10)},
                     {.job = 2, .group = 0, .at_most = usd(20), .gone = true},
                     {.job = 3, .group = 0, .at_most = usd(40), .stopped = true},
                     {.job = 4, .group = 2, .at_most = usd(80)},
                     {.job = 5, .at_most = usd(160)}};
    const auto all = committed_of(snapshot);
    ASSERT_EQ(all.size(), 2u) << "those without a budget of their own have no such line";
    EXPECT_EQ(all[0].group, "bio");
    EXPECT_EQ(all[0].currency, "USD");
    EXPECT_EQ(all[0].amount, usd(30));
    EXPECT_EQ(all[1].group, "cfd");
    EXPECT_EQ(all[1].amount, usd(0));
}

} // namespace cost_committed_test
} // namespace fairlead::cost
