#include "cost/metrics.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_metrics_test {

TEST(CostMetrics, AreWhatPrometheusReads) {
    BudgetSnapshot snapshot{.taken = Time(std::chrono::seconds(1'790'000'000))};
    snapshot.caps = {{.name = "group a\"b\\c\nd",
                      .label = "a",
                      .limit = {1'500'000'000},
                      .used = {7},
                      .ends = Time(std::chrono::seconds(1'800'000'000))}};
    snapshot.jobs = {{.job = 1}, {.job = 2, .stopped = true}, {.job = 3}};
    const std::vector<state::Braked> brakes{{"hpc", "FL-E201", {"n1", "n2"}, {"n3"}}};
    EXPECT_EQ(metrics_of(snapshot, brakes),
              "# HELP fairlead_budget_limit What may be spent in the budget's period.\n"
              "# TYPE fairlead_budget_limit gauge\n"
              "fairlead_budget_limit{budget=\"group a\\\"b\\\\c\\nd\",currency=\"USD\"} "
              "1.500000000\n"
              "# HELP fairlead_budget_used What was spent in the budget's period, and what the "
              "jobs of the queue may cost.\n"
              "# TYPE fairlead_budget_used gauge\n"
              "fairlead_budget_used{budget=\"group a\\\"b\\\\c\\nd\",currency=\"USD\"} "
              "0.000000007\n"
              "# HELP fairlead_budget_end_timestamp_seconds When the budget's period ends.\n"
              "# TYPE fairlead_budget_end_timestamp_seconds gauge\n"
              "fairlead_budget_end_timestamp_seconds{budget=\"group "
              "a\\\"b\\\\c\\nd\",currency=\"USD\"} 1800000000\n"
              "# HELP fairlead_budget_snapshot_timestamp_seconds When the queue was read.\n"
              "# TYPE fairlead_budget_snapshot_timestamp_seconds gauge\n"
              "fairlead_budget_snapshot_timestamp_seconds 1790000000\n"
              "# HELP fairlead_jobs Jobs of the queue, by whether their budget holds them.\n"
              "# TYPE fairlead_jobs gauge\n"
              "fairlead_jobs{held=\"no\"} 2\n"
              "fairlead_jobs{held=\"yes\"} 1\n"
              "# HELP fairlead_brake_withheld_nodes Nodes that a check past its brake would have "
              "drained within the hour.\n"
              "# TYPE fairlead_brake_withheld_nodes gauge\n"
              "fairlead_brake_withheld_nodes{partition=\"hpc\",code=\"FL-E201\"} 1\n");
}

} // namespace cost_metrics_test
} // namespace fairlead::cost
