#include "cost/report_focus.hpp"

#include "cost/csv.hpp"
#include "cost_report_example.hpp"

#include <map>

namespace fairlead::cost {
namespace cost_report_focus_test {

std::map<std::string, std::string> row(const Charge& charge, bool closed = false) {
    Attribution attribution(test::example_groups());
    auto names = csv_fields(focus_header()).value();
    auto cells = csv_fields(focus_line(attribution.whole(charge), closed)).value();
    EXPECT_EQ(names.size(), cells.size());
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < names.size(); ++i)
        row[names[i]] = cells[i];
    return row;
}

TEST(ReportFocus, AChargeIsInItsMonthOnItsDay) {
    auto cells = row(test::charged("bio", 250));
    EXPECT_EQ(cells["BillingPeriodStart"], "2026-06-01T00:00:00Z");
    EXPECT_EQ(cells["BillingPeriodEnd"], "2026-07-01T00:00:00Z");
    EXPECT_EQ(cells["ChargePeriodStart"], "2026-06-10T00:00:00Z");
    EXPECT_EQ(cells["ChargePeriodEnd"], "2026-06-11T00:00:00Z");
    EXPECT_EQ(cells["EffectiveCost"], "2.500000000");
    EXPECT_EQ(cells["BillingCurrency"], "USD");
    EXPECT_EQ(cells["PricingCategory"], "Dynamic");
    EXPECT_EQ(cells["ConsumedQuantity"], "1.000000000");
    EXPECT_EQ(cells["ListCost"], "") << "the ledger knows none";
    EXPECT_EQ(cells["x_Group"], "bio");
    EXPECT_EQ(cells["x_PI"], "ada");
    EXPECT_EQ(cells["x_Provisional"], "true");
    EXPECT_EQ(row(test::charged("bio", 1), true)["x_Provisional"], "false");
}

TEST(ReportFocus, WhatPeopleMovedAndWhatIsSharedAreNoInstances) {
    auto moved = row(test::charged("bio", 5, "2026-06-10", "adjustment"));
    EXPECT_EQ(moved["ChargeCategory"], "Adjustment");
    EXPECT_EQ(row(test::charged("bio", 5, "2026-06-10", "node_fail"))["x_Waste"], "true");
    Charge storage = test::charged("bio", 5, "2026-06-10", "storage");
    storage.sum.instance_type = "";
    EXPECT_EQ(row(storage)["ServiceName"], "storage");
    EXPECT_EQ(row(storage)["ConsumedQuantity"], "");
}

TEST(ReportFocus, TheRegionIsThatOfTheNodesWhereItIsKnown) {
    Charge charge = test::charged("bio", 5);
    EXPECT_EQ(row(charge)["RegionId"], "");
    EXPECT_EQ(row(charge)["RegionName"], "");
    charge.region = "us-east-2";
    EXPECT_EQ(row(charge)["RegionId"], "us-east-2");
    EXPECT_EQ(row(charge)["RegionName"], "us-east-2");
}

TEST(ReportFocus, NoCellBecomesAFormula) {
    Charge hostile = test::charged("=bio", 5, "2026-06-10", "run", "@SUM(A1)");
    hostile.sum.partition = "a,b";
    auto cells = row(hostile);
    EXPECT_EQ(cells["x_Account"], "'=bio");
    EXPECT_EQ(cells["x_User"], "'@SUM(A1)");
    EXPECT_EQ(cells["x_Partition"], "a,b");
}

} // namespace cost_report_focus_test
} // namespace fairlead::cost
