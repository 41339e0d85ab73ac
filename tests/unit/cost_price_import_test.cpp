#include "cost/price_import.hpp"

#include "expect_error.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_price_import_test {

using test::fails_with;
using test::succeeds;

const std::string header =
    "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";

/// A product and its term as AWS documents the price list.
std::string product(const std::string& attributes) {
    return R"({"productFamily":"Compute Instance","attributes":{"instanceType":"c7a.large",)"
           R"("operatingSystem":"Linux","regionCode":"us-east-2","preInstalledSw":"NA")" +
           attributes + "}}";
}
const std::string used = R"(,"tenancy":"Shared","capacitystatus":"Used")";

std::string term(const std::string& price, const std::string& unit = "Hrs") {
    return R"({"S1.JRT":{"effectiveDate":"2026-06-01T00:00:00Z","priceDimensions":{"S1.JRT.6Y":)"
           R"({"unit":")" +
           unit + R"(","pricePerUnit":{"USD":")" + price + R"("}}}}})";
}

std::string list(const std::string& attributes, const std::string& terms) {
    return R"({"products":{"S1":)" + product(attributes) + R"(},"terms":{"OnDemand":{"S1":)" +
           terms + R"(},"Reserved":{"S1":{}}}})";
}

std::string spot(const std::string& zone, const std::string& time, const std::string& price) {
    return R"({"AvailabilityZone":")" + zone +
           R"(","InstanceType":"c7a.large","ProductDescription":"Linux/UNIX","SpotPrice":")" +
           price + R"(","Timestamp":")" + time + R"("})";
}

Result<std::vector<Observed>> read(const std::string& text) {
    return read_aws_prices(text, "a.json", "us-east-2");
}

std::string book(const std::string& text) {
    auto prices = read(text);
    EXPECT_TRUE(succeeds(prices)) << text;
    const auto csv = book_of(prices.value_or(std::vector<Observed>{}));
    EXPECT_TRUE(succeeds(csv));
    EXPECT_TRUE(succeeds(PriceBook::parse_csv(*csv, "b"))) << "a book that can be used";
    return csv->substr(header.size());
}

const std::string on_demand =
    "us-east-2,,c7a.large,linux,on-demand,2026-06-01T00:00:00Z,,0.102640000000,USD\n";

TEST(PriceImport, ReadsThePriceListFile) {
    EXPECT_EQ(book(list(used, term("0.1026400000"))), on_demand);
}

TEST(PriceImport, ReadsTheAnswerOfGetProducts) {
    const std::string one =
        R"({"product":)" + product(used) + R"(,"terms":{"OnDemand":)" + term("0.1026400000") + "}}";
    std::string quoted;
    for (const char c : one)
        quoted += c == '"' ? "\\\"" : std::string(1, c);
    EXPECT_EQ(book(R"({"PriceList":[")" + quoted + "\"]}"), on_demand);
    EXPECT_EQ(book(R"({"PriceList":[)" + one + "]}"), on_demand);
}

TEST(PriceImport, LeavesOutWhatNoNodeIs) {
    for (const std::string attributes :
         {R"(,"tenancy":"Dedicated","capacitystatus":"Used")",
          R"(,"tenancy":"Shared","capacitystatus":"UnusedCapacityReservation")", ""})
        EXPECT_EQ(book(list(attributes, term("1"))), "") << attributes;
    EXPECT_EQ(book(list(used, term("1", "Quantity"))), "");
}

TEST(PriceImport, ASpotPriceHoldsUntilTheNextInItsZone) {
    EXPECT_EQ(
        book(R"({"SpotPriceHistory":[)" +
             spot("us-east-2a", "2026-06-02T08:00:00+00:00", "0.0312") + "," +
             spot("us-east-2a", "2026-06-01T08:00:00.000Z", "0.0300") + "," +
             spot("us-east-2a", "2026-06-03T08:00:00Z", "0.0312") + "," +
             spot("us-east-2b", "2026-06-01T09:00:00Z", "0.0290") + "]}"),
        "us-east-2,us-east-2a,c7a.large,linux,spot,2026-06-01T08:00:00Z,2026-06-02T08:00:00Z,"
        "0.030000000000,USD\n"
        "us-east-2,us-east-2a,c7a.large,linux,spot,2026-06-02T08:00:00Z,,0.031200000000,USD\n"
        "us-east-2,us-east-2b,c7a.large,linux,spot,2026-06-01T09:00:00Z,,0.029000000000,USD\n");
}

TEST(PriceImport, WindowsThatOverlapGiveOneBook) {
    auto first = read(R"({"SpotPriceHistory":[)" + spot("a", "2026-06-01T00:00:00Z", "1") + "," +
                      spot("a", "2026-06-02T00:00:00Z", "2") + "]}")
                     .value();
    const auto second = read(R"({"SpotPriceHistory":[)" + spot("a", "2026-06-02T00:00:00Z", "2") +
                             "," + spot("a", "2026-06-03T00:00:00Z", "3") + "]}")
                            .value();
    first.insert(first.end(), second.begin(), second.end());
    const std::string csv = book_of(first).value();
    EXPECT_EQ(std::ranges::count(csv, '\n'), 4);
    EXPECT_TRUE(succeeds(PriceBook::parse_csv(csv, "b")));
}

TEST(PriceImport, TwoPricesFromOneMomentOnAreAnError) {
    auto prices = read(R"({"SpotPriceHistory":[)" + spot("a", "2026-06-01T00:00:00Z", "1") + "," +
                       spot("a", "2026-06-01T00:00:00Z", "2") + "]}")
                      .value();
    EXPECT_TRUE(fails_with(book_of(prices), Code::C101, "has two prices from 2026-06-01"));
}

TEST(PriceImport, WhatIsNoAnswerOfAwsIsNamed) {
    for (const std::string& text :
         {std::string(""), std::string("[]"), std::string("{}"), std::string("{\"products\":"),
          std::string(R"({"PriceList":["{"]})"), std::string(R"({"products":{},"terms":[]})"),
          list(used, term("much")), list(used, term("-1")),
          R"({"SpotPriceHistory":[)" + spot("a", "soon", "1") + "]}",
          R"({"SpotPriceHistory":[)" + spot("a", "2026-06-01T00:00:00.5", "x") + "]}",
          std::string(R"({"SpotPriceHistory":[1]})")})
        EXPECT_TRUE(fails_with(read(text), Code::C101, "a.json: ")) << text;
}

} // namespace cost_price_import_test
} // namespace fairlead::cost
