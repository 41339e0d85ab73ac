#include "cost/bill.hpp"

#include "cost/months.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace fairlead::cost {
namespace cost_bill_test {

using test::fails_with;
using test::succeeds;

constexpr std::int64_t micro = 1'000'000; // picos

const std::string first = "identity/LineItemId,lineItem/ResourceId,lineItem/LineItemType,"
                          "lineItem/UsageStartDate,lineItem/ProductCode,lineItem/Operation,"
                          "lineItem/UnblendedCost,lineItem/CurrencyCode,"
                          "savingsPlan/SavingsPlanEffectiveCost,reservation/EffectiveCost,"
                          "savingsPlan/TotalCommitmentToDate,savingsPlan/UsedCommitment,"
                          "reservation/UnusedRecurringFee,reservation/ReservationARN\n";

/// "resource service instance picos" of each line.
std::string read(const std::string& csv) {
    std::istringstream file(csv);
    std::string text;
    const auto done = read_bill(file, "b.csv", [&](const BillLine& line) {
        text += fmt::format("{} {} {} {} {}\n", line.resource, line.service, show_time(line.start),
                            line.instance ? "instance" : "other",
                            static_cast<std::int64_t>(line.picos));
    });
    return done ? text : to_string(done.error());
}

std::string costs(const std::string& type, const std::string& rest) {
    const std::string text = read(first + "1,i-1," + type +
                                  ",2026-06-01T07:00:00Z,AmazonEC2,RunInstances," + rest + "\n");
    return text.substr(text.rfind(' ') + 1);
}

TEST(Bill, IsReadInTheNamesOfBothVersions) {
    const std::string line =
        "i-1,Usage,2026-06-01T07:00:00Z,AmazonEC2,RunInstances,0.0416000000,USD\n";
    const std::string read_line = "i-1 AmazonEC2 2026-06-01T07:00:00Z instance 41600000000\n";
    EXPECT_EQ(read(first.substr(0, first.find(",savings")) + "\n1," + line), read_line);
    EXPECT_EQ(read("\xef\xbb\xbfline_item_resource_id,line_item_line_item_type,"
                   "line_item_usage_start_date,line_item_product_code,line_item_operation,"
                   "line_item_unblended_cost,line_item_currency_code\r\n" +
                   line),
              read_line);
}

TEST(Bill, OfFocusTakesTheEffectiveCost) {
    const std::string header = "BilledCost,BillingCurrency,ChargePeriodStart,EffectiveCost,"
                               "ResourceId,ServiceName,x_Operation\n";
    EXPECT_EQ(
        read(header +
             "0,USD,2026-06-01 07:00:00.000,4.16E-2,"
             "arn:aws:ec2:us-east-2:1:instance/i-1,\"Amazon Elastic, Cloud\",RunInstances:0002\n"
             "1,USD,2026-06-01T07:00:00Z,1,i-1,AWS Data Transfer,PublicIP-Out\n"
             "1,USD,2026-06-01T07:00:00Z,0.5,,Tax,\n"),
        "i-1 Amazon Elastic, Cloud 2026-06-01T07:00:00Z instance 41600000000\n"
        "i-1 AWS Data Transfer 2026-06-01T07:00:00Z other 1000000000000\n"
        " Tax 2026-06-01T07:00:00Z other 500000000000\n");
}

TEST(Bill, CommitmentsCountWhereTheyAreUsed) {
    EXPECT_EQ(costs("Usage", "1.5,USD,,,,,,"), "1500000000000\n");
    EXPECT_EQ(costs("SavingsPlanCoveredUsage", "1.5,USD,0.9,,,,,"), "900000000000\n");
    EXPECT_EQ(costs("SavingsPlanNegation", "-1.5,USD,,,,,,"), "0\n");
    EXPECT_EQ(costs("SavingsPlanRecurringFee", "1,USD,,,1.0,0.75,,"), "250000000000\n");
    EXPECT_EQ(costs("SavingsPlanUpfrontFee", "100,USD,,,,,,"), "0\n");
    EXPECT_EQ(costs("DiscountedUsage", "0,USD,,0.7,,,,"), "700000000000\n");
    EXPECT_EQ(costs("RIFee", "3,USD,,,,,0.1,"), "100000000000\n");
    EXPECT_EQ(costs("Fee", "3,USD,,,,,,arn:aws:ec2:r"), "0\n");
    EXPECT_EQ(costs("Fee", "3,USD,,,,,,"), "3000000000000\n");
    EXPECT_EQ(costs("Credit", "-2,USD,,,,,,"), "-2000000000000\n");
}

TEST(Bill, WhatCannotBeReadIsNamedWithItsLine) {
    EXPECT_EQ(read(""), "b.csv is empty [FL-C402]");
    EXPECT_EQ(read("a,b\n"),
              "b.csv:1: there is no column resourceid, as a FOCUS export has [FL-C402]");
    EXPECT_EQ(read("lineItem/LineItemType\n"),
              "b.csv:1: there is no column lineitemresourceid; include resource ids [FL-C402]");
    EXPECT_EQ(costs("Usage", "much,USD,,,,,,"), "[FL-C402]");
    EXPECT_EQ(read(first + "1,i-1,Usage\n"),
              "b.csv:2: a quote is not closed, or a field is missing [FL-C402]");
    EXPECT_EQ(read(first + "\"1,i-1,Usage\n"),
              "b.csv:2: a quote is not closed, or a field is missing [FL-C402]");
    EXPECT_EQ(
        read(first + "1,i-1,Usage,June,AmazonEC2,RunInstances,1,USD,,,,,,\n"),
        "b.csv:2: the line begins at 'June'; expected such as 2026-06-01T08:00:00Z [FL-C402]");
    EXPECT_EQ(read(first.substr(0, first.find(",savings")) +
                   "\n1,i-1,SavingsPlanCoveredUsage,2026-06-01T07:00:00Z,AmazonEC2,R,1,USD\n"),
              "b.csv:2: a line of type SavingsPlanCoveredUsage needs the column "
              "savingsplansavingsplaneffectivecost [FL-C402]");
}

TEST(Bill, AmountsAreReadAsExportsWriteThem) {
    const auto picos = [](std::string_view text) {
        const auto read = read_picos(text);
        return read ? fmt::format("{}", static_cast<std::int64_t>(*read)) : "none";
    };
    EXPECT_EQ(picos("0.000001"), fmt::format("{}", micro));
    EXPECT_EQ(picos("-1e-6"), fmt::format("{}", -micro));
    EXPECT_EQ(picos("1E+3"), "1000000000000000");
    EXPECT_EQ(picos("0.0000000000015"), "2") << "half to even";
    EXPECT_EQ(picos("0.0000000000025"), "2");
    EXPECT_EQ(picos("1e-40"), "0");
    EXPECT_EQ(picos("0"), "0");
    for (const char* wrong : {"", ".", "-", "1.2.3", "1e", "1e99", "$1", "NaN", "1,5", "1e+-3",
                              "9999999999999999999999999999999999999999"})
        EXPECT_EQ(picos(wrong), "none") << wrong;
}

TEST(Bill, OfAMonthIsGatheredByResourceAndHour) {
    std::istringstream file(
        first + "1,i-1,Usage,2026-06-01T07:00:00Z,AmazonEC2,RunInstances,1,USD,,,,,,\n"
                "2,i-1,Usage,2026-06-01T07:00:00Z,AmazonEC2,RunInstances,0.5,USD,,,,,,\n"
                "3,i-1,Usage,2026-06-01T08:00:00Z,AmazonEC2,RunInstances:SV01,2,USD,,,,,,\n"
                "4,i-1,Usage,2026-06-01T08:00:00Z,AmazonEC2,InterZone-Out,4,USD,,,,,,\n"
                "5,fs-1,Usage,2026-06-01T08:00:00Z,AmazonFSx,CreateFileSystem,8,USD,,,,,,\n"
                "6,i-1,Usage,2026-07-01T00:00:00Z,AmazonEC2,RunInstances,16,USD,,,,,,\n");
    const auto bill = bill_of(file, "b.csv", *read_month("2026-06"));
    ASSERT_TRUE(succeeds(bill));
    ASSERT_EQ(bill->instances.size(), 1u);
    const auto& hours = bill->instances.at({"i-1", "USD"});
    ASSERT_EQ(hours.size(), 2u);
    EXPECT_TRUE(hours.at(*read_time("2026-06-01T07:00:00Z")) == 1'500'000 * Wide{micro});
    EXPECT_TRUE(bill->services.at({"AmazonEC2", "USD"}) == 4'000'000 * Wide{micro});
    EXPECT_TRUE(bill->services.at({"AmazonFSx", "USD"}) == 8'000'000 * Wide{micro});
}

} // namespace cost_bill_test
} // namespace fairlead::cost
