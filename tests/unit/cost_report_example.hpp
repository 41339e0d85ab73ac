/// A report of a few charges.
#pragma once

#include "cost/months.hpp"
#include "cost/report.hpp"

#include <gtest/gtest.h>

namespace fairlead::test {

inline const cost::GroupsOverTime& example_groups() {
    static const cost::GroupsOverTime groups(cost::parse_groups(R"(schema: fairlead.groups/1
groups:
  bio: {pi: ada, university: north, accounts: [bio], grants: {A: 60, B: 40}, budget: {amount: 100}}
  cfd: {pi: ben, accounts: [cfd], budget: {amount: 30, period: quarter}}
  zoo: {pi: zed, accounts: [zoo], budget: {amount: 7 EUR}}
grants:
  A: {start: 2026-01-01, end: 2026-12-31, fund: 4711-12}
  B: {start: 2026-01-01, end: 2027-06-30}
universities: {north: {budget: {amount: 1000}}}
)",
                                                                "g.yaml")
                                                 .value());
    return groups;
}

inline cost::Charge charged(const std::string& account, std::int64_t cents,
                            const std::string& day = "2026-06-10", const std::string& kind = "run",
                            const std::string& user = "ada") {
    return {.sum = {.day = day,
                    .cluster = "atlas",
                    .kind = kind,
                    .payer = "account:" + account,
                    .user = user,
                    .instance_type = "c7a.large",
                    .purchase = kind == "run" ? "spot" : "on-demand",
                    .currency = "USD",
                    .runs = 1,
                    .node_seconds = 3600,
                    .amount = {cents * 10'000'000}},
            .run = "9",
            .job = "4711",
            .state = "COMPLETED"};
}

/// June 2026, settled up to the 16th.
inline cost::Query june(cost::ReportOf of) {
    return {.of = of,
            .from = *cost::read_day("2026-06-01"),
            .to = *cost::read_day("2026-07-01"),
            .as_of = *cost::read_day("2026-06-16")};
}

inline cost::Report reported(const cost::Query& query, const std::vector<cost::Charge>& charges) {
    cost::Reporter reporter(query, example_groups());
    for (const cost::Charge& charge : charges)
        EXPECT_TRUE(reporter.take(charge));
    return std::move(reporter).report();
}

} // namespace fairlead::test
