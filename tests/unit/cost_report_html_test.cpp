#include "cost/report_html.hpp"

#include "cost_report_example.hpp"

namespace fairlead::cost {
namespace cost_report_html_test {

using test::charged;
using test::june;
using test::reported;

std::string page(const Report& report) {
    return html_of(report,
                   table_of(report, columns_of(report.query.of, "").value(), Places::Cents));
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(ReportHtml, BeginsWithWhatAPiAsks) {
    Reporter reporter(june(ReportOf::Group), test::example_groups());
    ASSERT_TRUE(reporter.take(charged("bio", 1000)));
    reporter.held("bio", "USD", {3'000'000'000});
    const std::string html = page(std::move(reporter).report());
    EXPECT_TRUE(has(html, "bio, PI ada"));
    EXPECT_TRUE(has(html, "data-fact=\"budget\" data-amount=\"100.000000000\">$100.00"));
    EXPECT_TRUE(has(html, "data-fact=\"spent\" data-amount=\"10.000000000\""));
    EXPECT_TRUE(has(html, "data-fact=\"held\" data-amount=\"3.000000000\""));
    EXPECT_TRUE(has(html, "data-fact=\"remaining\" data-amount=\"87.000000000\""));
    EXPECT_TRUE(has(html, "Forecast (linear)"));
    EXPECT_TRUE(has(html, "data-fact=\"grant-end\" data-amount=\"2027-06-30\""));
    EXPECT_TRUE(has(html, "data-state=\"provisional\""));
}

TEST(ReportHtml, NeedsNothingAndRunsNothing) {
    const std::string html =
        page(reported(june(ReportOf::User),
                      {charged("bio", 1, "2026-06-10", "run", "<script>alert(1)</script>")}));
    EXPECT_FALSE(has(html, "<script"));
    EXPECT_FALSE(has(html, "http:"));
    EXPECT_TRUE(has(html, "default-src 'none'"));
    EXPECT_TRUE(has(html, "&lt;script&gt;"));
    EXPECT_TRUE(has(html, "without the ledger"));
}

} // namespace cost_report_html_test
} // namespace fairlead::cost
