#include "cost/report_table.hpp"

#include "cost_report_example.hpp"
#include "expect_error.hpp"

#include <random>

namespace fairlead::cost {
namespace cost_report_table_test {

using test::charged;
using test::fails_with;
using test::june;
using test::reported;

Table table(const Report& report, std::string_view format, Places places = Places::Cents) {
    return table_of(report, columns_of(report.query.of, format).value(), places);
}

TEST(ReportTable, ColumnsAreNamedInAnyCaseWithTheirWidth) {
    const auto columns = columns_of(ReportOf::Group, "name,TOTAL%12,usedpct").value();
    ASSERT_EQ(columns.size(), 3u);
    EXPECT_EQ(columns[1].name, "Total");
    EXPECT_EQ(columns[1].width, 12);
    EXPECT_TRUE(columns[1].number);
    EXPECT_FALSE(columns[0].number);
    EXPECT_TRUE(
        fails_with(columns_of(ReportOf::Group, "Totl"), Code::C401, "did you mean 'Total'"));
    for (const char* wrong : {"Total%", "Total%0", "Total%-3", "Total%x", "Total%999", ""})
        EXPECT_EQ(columns_of(ReportOf::Group, fmt::format("Name,{}", wrong)).has_value(), false)
            << wrong;
    for (const ReportOf of : {ReportOf::Group, ReportOf::User, ReportOf::Account, ReportOf::Grant,
                              ReportOf::University, ReportOf::Job})
        EXPECT_GT(columns_of(of, "")->size(), 5u);
}

TEST(ReportTable, EveryColumnCanBeShown) {
    const Report report = reported(june(ReportOf::Group), {charged("bio", 250)});
    std::string all;
    for (const std::string_view name : column_names())
        all += (all.empty() ? "" : ",") + std::string(name);
    const Table shown = table(report, all);
    ASSERT_EQ(shown.rows.size(), 3u);
    for (const auto& row : shown.rows)
        EXPECT_EQ(row.size(), column_names().size());
    EXPECT_EQ(table(report, "Name,PI,GrantEnd,Jobs,NodeHours,SpotPct,Total,Budget,Spent,Held,"
                            "Remaining,Forecast,UsedPct")
                  .rows[0],
              (std::vector<std::string>{"bio", "ada", "2027-06-30", "1", "1.00", "100.00", "2.50",
                                        "100.00", "2.50", "", "97.50", "5.00", "2.50"}));
}

TEST(ReportTable, ExactAmountsHaveNinePlaces) {
    const Report report = reported(june(ReportOf::Account), {charged("bio", -250)});
    EXPECT_EQ(table(report, "Total", Places::Nanos).rows[0][0], "-2.500000000");
}

/// Property: the cells of a column sum to the cell of its total, in each currency.
TEST(ReportTable, RowsSumToTheirTotal) {
    std::mt19937 random(5);
    std::vector<Charge> charges;
    for (int i = 0; i < 300; ++i) {
        charges.push_back(charged(fmt::format("a{}", random() % 40), 1));
        charges.back().sum.currency = random() % 2 ? "USD" : "EUR";
        charges.back().sum.amount.nanos =
            static_cast<std::int64_t>(random() % 99'999'999) - 9'999'999;
        charges.back().sum.node_seconds = static_cast<std::int64_t>(random() % 9999);
    }
    const Report report = reported(june(ReportOf::Account), charges);
    const Table shown = table(report, "Total,NodeHours,Compute,Jobs");
    ASSERT_EQ(shown.totals.size(), 2u);
    for (std::size_t column = 0; column < 4; ++column)
        for (std::size_t i = 0; i < report.totals.size(); ++i) {
            std::int64_t sum = 0;
            for (std::size_t row = 0; row < report.lines.size(); ++row)
                if (report.lines[row].currency == report.totals[i].currency)
                    sum += read_decimal(shown.rows[row][column], 2).value();
            EXPECT_EQ(sum, read_decimal(shown.totals[i][column], 2).value());
        }
}

} // namespace cost_report_table_test
} // namespace fairlead::cost
