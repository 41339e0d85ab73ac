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
    ASSERT_TRUE(reporter.take(charged("bio", 50, "2026-06-12", "storage")));
    ASSERT_TRUE(reporter.take(charged("bio", 25, "2026-06-12", "transfer")));
    reporter.held("bio", "USD", {3'000'000'000});
    const std::string html = page(std::move(reporter).report());
    EXPECT_TRUE(has(html, "bio, PI ada"));
    EXPECT_TRUE(has(html, "data-fact=\"budget\" data-amount=\"100.000000000\">$100.00"));
    EXPECT_TRUE(has(html, "data-fact=\"spent\" data-amount=\"10.750000000\""));
    EXPECT_TRUE(has(html, "data-fact=\"held\" data-amount=\"3.000000000\""));
    EXPECT_TRUE(has(html, "data-fact=\"remaining\" data-amount=\"86.250000000\""));
    EXPECT_TRUE(has(html, "Forecast (linear)"));
    EXPECT_TRUE(has(html, "data-fact=\"grant-end\" data-amount=\"2027-06-30\""));
    EXPECT_TRUE(has(html, "data-fact=\"storage\" data-amount=\"0.500000000\">$0.50"));
    EXPECT_TRUE(has(html, "data-fact=\"transfer\" data-amount=\"0.250000000\">$0.25"));
    EXPECT_TRUE(has(html, "data-fact=\"explained\" data-amount=\"2026-06 not reconciled yet\""));
    EXPECT_TRUE(has(html, "data-explained=\"2026-06 USD not reconciled yet\""));
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
