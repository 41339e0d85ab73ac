#include "cost/alerts.hpp"

#include "cost/months.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_alerts_test {

/// "bio 50 2026-06-01, ..." with so much spent of 100.
std::string alerts(std::int64_t spent, Period period = Period::Month) {
    const Groups groups =
        parse_groups("schema: fairlead.groups/1\ngroups:\n"
                     "  bio: {accounts: [bio], budget: {amount: 100}, thresholds: "
                     "[{at: 50, then: note}, {at: 100, then: hold}]}\n"
                     "  cfd: {accounts: [cfd]}\n",
                     "g")
            .value();
    Report report;
    BudgetUse use{.amount = {100}, .currency = "USD", .period = period, .spent = spent};
    use.interval = {*read_day("2026-06-01"), *read_day("2026-07-01")};
    report.lines.push_back({.name = "bio", .currency = "USD", .budget = use});
    report.lines.push_back({.name = "cfd", .currency = "USD"});
    report.lines.push_back({.name = "(none)", .currency = "USD"});
    std::string shown;
    for (const Alert& alert : alerts_of(report, groups))
        shown += fmt::format("{}{} {} {}", shown.empty() ? "" : ", ", alert.group, alert.percent,
                             alert.period);
    return shown;
}

TEST(Alerts, AreOfTheThresholdsThatWerePassed) {
    EXPECT_EQ(alerts(49), "");
    EXPECT_EQ(alerts(50), "bio 50 2026-06-01");
    EXPECT_EQ(alerts(99), "bio 50 2026-06-01");
    EXPECT_EQ(alerts(100), "bio 50 2026-06-01, bio 100 2026-06-01");
    EXPECT_EQ(alerts(-5), "");
    EXPECT_EQ(alerts(50, Period::Rolling), "bio 50 2026-06") << "its days move on";
}

} // namespace cost_alerts_test
} // namespace fairlead::cost
