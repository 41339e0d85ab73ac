#include "cost/report_charts.hpp"

#include "cost/months.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_report_charts_test {

std::size_t count(const std::string& text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++found;
    return found;
}

TEST(ReportCharts, TextsAreFitForHtml) {
    EXPECT_EQ(escaped("<a href='x'>&\"\n"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot; ");
    EXPECT_EQ(escaped("M\xc3\xbcller"), "M\xc3\xbcller");
}

TEST(ReportCharts, BarsAreOfOneCurrencyFromTheLargestDown) {
    const std::string chart = bars_of(
        "x", "By group", {{"small", "USD", 1}, {"large", "USD", 4}, {"other", "EUR", 9}}, "USD");
    EXPECT_EQ(count(chart, "<rect"), 2u);
    EXPECT_LT(chart.find("large"), chart.find("small"));
    EXPECT_NE(chart.find("width=\"400.00\""), std::string::npos);
    EXPECT_NE(chart.find("width=\"100.00\""), std::string::npos);
    EXPECT_NE(chart.find("data-amount=\"0.000000004\""), std::string::npos);
    EXPECT_EQ(bars_of("x", "none", {{"other", "EUR", 9}}, "USD"), "");
}

TEST(ReportCharts, WhatIsTooMuchIsOneBar) {
    std::vector<Slice> slices;
    for (int i = 0; i < 100; ++i)
        slices.push_back({fmt::format("s{}", i), "USD", 10});
    const std::string chart = bars_of("x", "By group", slices, "USD");
    EXPECT_EQ(count(chart, "<rect"), 40u);
    EXPECT_NE(chart.find("data-name=\"(others)\" data-amount=\"0.000000610\""), std::string::npos);
}

TEST(ReportCharts, TheBurnDownAddsUpDayByDay) {
    const Interval june{*read_day("2026-06-01"), *read_day("2026-07-01")};
    const std::string chart =
        burn_down({{"2026-06-10", "USD", 3}, {"2026-06-20", "USD", 4}}, june, 10, "USD");
    EXPECT_NE(chart.find("data-sum=\"0.000000003\""), std::string::npos);
    EXPECT_NE(chart.find("data-sum=\"0.000000007\""), std::string::npos);
    EXPECT_NE(chart.find("data-budget=\"0.000000010\""), std::string::npos);
    EXPECT_EQ(
        count(burn_down({{"2026-06-10", "USD", 3}}, june, std::nullopt, "USD"), "class=\"budget\""),
        0u);
    EXPECT_EQ(burn_down({}, june, 10, "USD"), "");
}

} // namespace cost_report_charts_test
} // namespace fairlead::cost
