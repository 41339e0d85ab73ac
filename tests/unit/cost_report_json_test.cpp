#include "cost/report_json.hpp"

#include "cost_report_example.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::cost {
namespace cost_report_json_test {

using test::charged;
using test::june;
using test::reported;

TEST(ReportJson, HasExactAmountsAndUtc) {
    Report report = reported(june(ReportOf::Group), {charged("bio", 250)});
    report.ledger = Verified{.entries = 2, .head = "abc"};
    report.closed_through = "2026-06";
    const auto json = nlohmann::json::parse(json_of(report));
    EXPECT_EQ(json["schema"], "fairlead.cost-report/1");
    EXPECT_EQ(json["from"], "2026-06-01T00:00:00Z");
    EXPECT_EQ(json["state"], "closed");
    EXPECT_EQ(json["ledger"]["head"], "abc");
    const auto& bio = json["lines"][0];
    EXPECT_EQ(bio["name"], "bio");
    EXPECT_EQ(bio["total"], "2.500000000");
    EXPECT_EQ(bio["budget"]["remaining"], "97.500000000");
    EXPECT_TRUE(bio["budget"]["held"].is_null());
    EXPECT_EQ(bio["grant_end"], "2027-06-30");
    EXPECT_EQ(json["totals"][1]["total"], "2.500000000");
    EXPECT_EQ(json["days"][0]["name"], "2026-06-10");
    EXPECT_EQ(bio["storage"], "0.000000000");
    EXPECT_EQ(json["bill_explained"][0]["month"], "2026-06");
    EXPECT_EQ(json["bill_explained"][0]["share"], "not reconciled yet");
    EXPECT_FALSE(bio.contains("user"));
}

TEST(ReportJson, OfJobsSaysWhoseTheyAreAndTakesAnyBytes) {
    const auto json = nlohmann::json::parse(
        json_of(reported(june(ReportOf::Job), {charged("bio", 1, "2026-06-10", "run", "\xff")})));
    EXPECT_EQ(json["lines"][0]["account"], "bio");
    EXPECT_EQ(json["lines"][0]["user"], "\xef\xbf\xbd");
    EXPECT_TRUE(json["ledger"].is_null());
}

} // namespace cost_report_json_test
} // namespace fairlead::cost
