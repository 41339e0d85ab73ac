#include "cost/report_text.hpp"

#include "cost_report_example.hpp"

namespace fairlead::cost {
namespace cost_report_text_test {

using test::charged;
using test::june;
using test::reported;

std::string text(const Report& report, std::string_view format, const TextStyle& style = {}) {
    return text_of(report,
                   table_of(report, columns_of(report.query.of, format).value(), Places::Cents),
                   style);
}

TEST(ReportText, IsInTheMannerOfSreport) {
    Report report = reported(june(ReportOf::Account), {charged("bio", 250), charged("cfd", 99)});
    report.ledger = Verified{.entries = 2, .head = "abc"};
    EXPECT_EQ(text(report, "Name%6,Total"),
              R"(--------------------------------------------------------------------------------
Cost by account 2026-06-01 to 2026-06-30 (UTC), settled up to 2026-06-16T00:00:00Z, provisional
Ledger of 2 entries, the last with abc
--------------------------------------------------------------------------------
Name   Total
------ -----
bio     2.50
cfd     0.99
all     3.49
)");
    EXPECT_EQ(text(report, "Name,Total", {.header = false}),
              "bio   2.50\ncfd   0.99\nall   3.49\n");
}

TEST(ReportText, SaysHowMuchOfTheBillIsExplained) {
    Charge rest = charged("bio", 5, "2026-06-30", "unexplained");
    rest.sum.payer = "pool:unexplained";
    Query query = june(ReportOf::Grant);
    const auto has = [](const Report& report, std::string_view sentence) {
        const std::string shown = text(report, "Name,Total");
        return shown.find(fmt::format("\n{}\n", sentence)) != std::string::npos;
    };
    EXPECT_TRUE(has(reported(query, {charged("bio", 95), rest}),
                    "2026-06: 95.00 % of what AWS billed the site is explained; 0.050000000 USD is "
                    "not"));
    EXPECT_TRUE(has(reported(query, {charged("bio", 95)}),
                    "2026-06: not reconciled yet with what AWS billed the site"));
    query.grants = {"A"};
    EXPECT_TRUE(has(reported(query, {charged("bio", 95), rest}),
                    "2026-06: 95.00 % of what AWS billed the site is explained"))
        << "amounts are those of the site";
    rest.sum.amount.nanos = 0;
    EXPECT_TRUE(has(reported(query, {charged("bio", 95), rest}),
                    "2026-06: 100 % of what AWS billed the site is explained"));
}

TEST(ReportText, ForScriptsItHasBarsAndNoTotals) {
    const Report report = reported(june(ReportOf::Account), {charged("b|o", 250)});
    EXPECT_EQ(text(report, "Name,Total", {.parsable = true}), "Name|Total\nb?o|2.50\n");
    EXPECT_EQ(text(report, "Name,Total", {.header = false, .parsable = true}), "b?o|2.50\n");
}

TEST(ReportText, WhatIsTooLongIsCutAndMarkedAndAmountsNever) {
    const Report report = reported(june(ReportOf::Account), {charged("biology", 123'456'789)});
    EXPECT_EQ(text(report, "Name%4,Total%3", {.header = false}),
              "bio+ 1234567.89\nall  1234567.89\n");
}

TEST(ReportText, NothingInItMovesTheTerminal) {
    const Report report =
        reported(june(ReportOf::User), {charged("bio", 1, "2026-06-10", "run", "\x1b[2Jeve")});
    EXPECT_EQ(text(report, "Name", {.header = false, .parsable = true}), "?[2Jeve\n");
}

TEST(ReportText, AdjustmentsStandBelowWithTheirReasons) {
    Charge moved = charged("bio", 5, "2026-06-10", "adjustment");
    moved.author = "eva";
    moved.note = "wrong key";
    EXPECT_TRUE(text(reported(june(ReportOf::Account), {moved}), "Name,Total")
                    .ends_with("\nAdjustments\n2026-06-10 account:bio 0.050000000 USD by eva: "
                               "wrong key\n"));
}

} // namespace cost_report_text_test
} // namespace fairlead::cost
