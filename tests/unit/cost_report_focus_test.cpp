#include "cost/report_focus.hpp"

#include "cost/csv.hpp"
#include "cost_report_example.hpp"

#include <map>

namespace fairlead::cost {
namespace cost_report_focus_test {

std::map<std::string, std::string> row(const Charge& charge, bool closed = false,
                                       FocusLines lines = {"", std::nullopt}) {
    Attribution attribution(test::example_groups());
    auto names = csv_fields(focus_header()).value();
    auto cells = csv_fields(lines.line(attribution.whole(charge), closed)).value();
    EXPECT_EQ(names.size(), cells.size());
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < names.size(); ++i)
        row[names[i]] = cells[i];
    return row;
}

TEST(ReportFocus, HasTheseColumns) {
    EXPECT_EQ(
        focus_header(),
        "BillingAccountId,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,"
        "ChargeCategory,ChargeClass,ChargeFrequency,ChargeDescription,ProviderName,PublisherName,"
        "InvoiceIssuerName,ServiceName,ServiceCategory,SubAccountId,SubAccountName,RegionId,"
        "RegionName,ResourceId,ResourceType,PricingCategory,PricingQuantity,PricingUnit,"
        "ConsumedQuantity,ConsumedUnit,ListCost,ContractedCost,EffectiveCost,BilledCost,"
        "BillingCurrency,CommitmentDiscountStatus,Tags,x_Cluster,x_JobId,x_ArrayTask,x_RunId,"
        "x_Account,x_Group,x_PI,x_Grant,x_University,x_User,x_WCKey,x_Partition,x_QOS,x_State,"
        "x_SpotRunSeconds,x_SharePPM,x_Waste,x_PriceBook,x_Provisional\n");
}

/// c7a.large for 4 an hour, spot for 1; m7a.large spot without a price on demand; from 15 June c7a
/// costs 5.
FocusLines with_prices() {
    return {"123456789012",
            PriceBook::parse_csv("region,az,instance_type,os,purchase,valid_from,valid_to,"
                                 "price_per_hour,currency\n"
                                 ",,c7a.large,Linux,on-demand,,2026-06-15,4,USD\n"
                                 ",,c7a.large,Linux,on-demand,2026-06-15,,5,USD\n"
                                 ",,c7a.large,,spot,,,1,USD\n,,c7a.large,,savings-plan,,,3,USD\n"
                                 ",,m7a.large,,spot,,,1,USD\n",
                                 "b")
                .value()};
}

std::string list_cost(Charge charge, const std::string& purchase, const std::string& day) {
    charge.sum.purchase = purchase;
    charge.sum.day = day;
    return row(charge, false, with_prices())["ListCost"];
}

TEST(ReportFocus, ListCostIsThePriceOnDemandWhereTheBookHasOne) {
    const Charge run = test::charged("bio", 250);
    EXPECT_EQ(list_cost(run, "spot", "2026-06-10"), "10.000000000");
    EXPECT_EQ(list_cost(run, "savings-plan", "2026-06-10"), "3.333333333");
    EXPECT_EQ(list_cost(run, "on-demand", "2026-06-20"), "2.500000000");
    EXPECT_EQ(list_cost(run, "spot", "2026-06-20"), "") << "two prices held in the month so far";
    EXPECT_EQ(list_cost(run, "spot", "2026-07-20"), "12.500000000");
    EXPECT_EQ(list_cost(run, "spot", "2026-07-01"), "") << "it may be of another month";
    EXPECT_EQ(list_cost(run, "reserved", "2026-06-10"), "") << "what it cost has no price there";
    Charge other = run;
    other.sum.instance_type = "m7a.large";
    EXPECT_EQ(list_cost(other, "spot", "2026-06-10"), "");
    other = run;
    other.sum.kind = "adjustment";
    EXPECT_EQ(list_cost(other, "on-demand", "2026-06-10"), "");
}

/// Of a spot run of a c7a.large for 2.50 USD, by these rows of a book.
std::string listed_by(const std::string& rows, const std::string& region = "us-east-2") {
    Charge run = test::charged("bio", 250);
    run.region = region;
    FocusLines lines{"", PriceBook::parse_csv("region,az,instance_type,os,purchase,valid_from,"
                                              "valid_to,price_per_hour,currency\n" +
                                                  rows,
                                              "b")
                             .value()};
    return row(run, false, std::move(lines))["ListCost"];
}

TEST(ReportFocus, WithoutTheZoneOfARunItsPriceIsKnownWhereAllZonesHaveOne) {
    const std::string general =
        ",,c7a.large,,on-demand,,,4,USD\nus-east-2,,c7a.large,,spot,,,1,USD\n";
    EXPECT_EQ(listed_by(general), "10.000000000");
    EXPECT_EQ(listed_by(general + "us-east-2,us-east-2a,c7a.large,,spot,,,2,USD\n"), "");
    EXPECT_EQ(listed_by(general + "us-east-2,us-east-2a,c7a.large,,spot,,,1,USD\n"),
              "10.000000000");
    EXPECT_EQ(listed_by(general + "eu-west-1,eu-west-1a,c7a.large,,spot,,,2,USD\n"),
              "10.000000000");
    EXPECT_EQ(listed_by(general + "us-east-2,us-east-2a,m7a.large,,spot,,,2,USD\n"),
              "10.000000000");
    EXPECT_EQ(listed_by(general + "us-east-2,us-east-2a,c7a.large,,spot,,2026-06-01,2,USD\n"),
              "10.000000000")
        << "it held before";
    EXPECT_EQ(listed_by(general + "us-east-2,us-east-2a,c7a.large,,on-demand,,,5,USD\n"), "");
    const std::string anywhere = ",,c7a.large,,on-demand,,,4,USD\n,,c7a.large,,spot,,,1,USD\n";
    EXPECT_EQ(listed_by(anywhere + "us-east-2,,c7a.large,,spot,,,2,USD\n", ""), "")
        << "nor is the region known";
    EXPECT_EQ(listed_by(anywhere + "us-east-2,,c7a.large,,spot,,,2,USD\n"), "5.000000000");
}

TEST(ReportFocus, AListCostIsInTheCurrencyOfItsLine) {
    EXPECT_EQ(listed_by(",,,,on-demand,,,4,EUR\n,,,,spot,,,1,USD\n"), "");
    EXPECT_EQ(listed_by(",,,,on-demand,,,4,USD\n,,,,spot,,,1,EUR\n"), "");
    EXPECT_EQ(listed_by(",,,,on-demand,,,4,EUR\n,,,,spot,,,1,EUR\n"), "");
    EXPECT_EQ(listed_by(",,,,on-demand,,,4,USD\n,,,,spot,,,1,USD\n"), "10.000000000");
}

TEST(ReportFocus, SaysWhoPaysAndWhatIsKnownOfTheRun) {
    Charge charge = test::charged("bio", 250);
    charge.job = "4711_3";
    auto cells = row(charge, false, with_prices());
    EXPECT_EQ(cells["BillingAccountId"], "123456789012");
    EXPECT_EQ(cells["x_ArrayTask"], "3");
    EXPECT_EQ(cells["x_SpotRunSeconds"], "3600");
    EXPECT_EQ(cells["CommitmentDiscountStatus"], "");
    EXPECT_EQ(cells["x_SharePPM"] + cells["x_PriceBook"], "");
    charge.sum.purchase = "savings-plan";
    cells = row(charge);
    EXPECT_EQ(cells["CommitmentDiscountStatus"], "Used");
    EXPECT_EQ(cells["x_SpotRunSeconds"], "");
    EXPECT_EQ(cells["BillingAccountId"], "");
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
    EXPECT_EQ(cells["ListCost"], "") << "without a book nobody knows it";
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
