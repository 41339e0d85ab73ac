#include "cost/report_csv.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_report_csv_test {

TEST(ReportCsv, NoTextBecomesAFormulaAndNumbersStayNumbers) {
    const Table table{.columns = {{.name = "Name"}, {.name = "Total", .number = true}},
                      .rows = {{"=1+1", "-2.500000000"},
                               {"-rm", "1.000000000"},
                               {"+a", ""},
                               {"@b", ""},
                               {"\tc", ""},
                               {"a,\"b\"", ""}},
                      .totals = {{"all", "7"}}};
    EXPECT_EQ(csv_of(table, true), "Name,Total\n"
                                   "'=1+1,-2.500000000\n"
                                   "'-rm,1.000000000\n"
                                   "'+a,\n"
                                   "'@b,\n"
                                   "?c,\n"
                                   "\"a,\"\"b\"\"\",\n");
    EXPECT_EQ(csv_of(table, false).substr(0, 6), "'=1+1,");
}

} // namespace cost_report_csv_test
} // namespace fairlead::cost
