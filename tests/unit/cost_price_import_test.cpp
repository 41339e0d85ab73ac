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

Result<AwsPrices> read(const std::string& text) {
    return read_aws_prices(text, "a.json", "us-east-2");
}

std::string book(const std::string& text) {
    auto prices = read(text);
    EXPECT_TRUE(succeeds(prices)) << text;
    const auto csv = book_of(prices.value_or(AwsPrices{}));
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
    for (const std::string& attributes :
         {std::string(R"(,"tenancy":"Dedicated","capacitystatus":"Used")"),
          std::string(R"(,"tenancy":"Shared","capacitystatus":"UnusedCapacityReservation")"),
          used + R"(,"marketoption":"CapacityBlock")", std::string()})
        EXPECT_EQ(book(list(attributes, term("1"))), "") << attributes;
    EXPECT_EQ(book(list(used + R"(,"marketoption":"OnDemand")", term("0.1026400000"))), on_demand);
    EXPECT_EQ(book(list(used, term("0.0000000000"))), "") << "what a reservation has paid already";
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
    auto second = read(R"({"SpotPriceHistory":[)" + spot("a", "2026-06-02T00:00:00Z", "2") + "," +
                       spot("a", "2026-06-03T00:00:00Z", "3") + "]}")
                      .value();
    first.add(std::move(second));
    const std::string csv = book_of(std::move(first)).value();
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

// --- what a site has committed to ---

std::string reserved(const std::string& more) {
    return R"({"InstanceType":"c7a.large","ProductDescription":"Linux/UNIX","State":"active",)"
           R"("InstanceTenancy":"default","Start":"2026-01-01T00:00:00+00:00","CurrencyCode":"USD",)" +
           more + "}";
}
std::string reservations(const std::string& list) {
    return R"({"ReservedInstances":[)" + list + "]}";
}
const std::string a_year = R"("End":"2027-01-01T00:00:00+00:00","Duration":31536000)";

TEST(PriceImport, AReservationCostsWhatIsPaidAtOnceAndWhatEachHourIs) {
    const std::string hour = "us-east-2,,c7a.large,linux,reserved,2026-01-01T00:00:00Z,"
                             "2027-01-01T00:00:00Z,";
    EXPECT_EQ(book(reservations(reserved(
                  a_year + R"(,"FixedPrice":876.0,"UsagePrice":0.01,)"
                           R"("RecurringCharges":[{"Frequency":"Hourly","Amount":0.02}])"))),
              hour + "0.130000000000,USD\n");
    EXPECT_EQ(
        book(reservations(reserved(a_year + R"(,"FixedPrice":0.0,"State":"payment-failed")"))), "");
    EXPECT_EQ(book(reservations(reserved(a_year + R"(,"FixedPrice":1)"))),
              hour + "0.000114155251,USD\n")
        << "half to even at the twelfth place";
    for (
        const char* wrong :
        {R"("End":"2027-01-01T00:00:00Z","FixedPrice":1,"Duration":0)",
         R"("End":"2026-01-01T00:00:00Z","FixedPrice":1,"Duration":1)",
         R"("End":"2027-01-01T00:00:00Z","FixedPrice":-1,"Duration":1)",
         R"("End":"2027-01-01T00:00:00Z","FixedPrice":9000000,"Duration":1)",
         R"("End":"2027-01-01T00:00:00Z","Duration":1,"RecurringCharges":[{"Frequency":"Daily","Amount":1}])"})
        EXPECT_TRUE(fails_with(read(reservations(reserved(wrong))), Code::C101)) << wrong;
}

TEST(PriceImport, ReservationsAtOneTimeHaveOnePrice) {
    const std::string later =
        R"("End":"2028-01-01T00:00:00Z","Duration":31536000,"Start":"2027-01-01T00:00:00Z")";
    const std::string middle =
        R"("End":"2027-06-01T00:00:00Z","Duration":31536000,"Start":"2026-06-01T00:00:00Z")";
    const auto priced = [](const std::string& when, const char* price) {
        return R"({"InstanceType":"c7a.large","ProductDescription":"Linux/UNIX","UsagePrice":)" +
               std::string(price) + "," + when + "}";
    };
    const std::string first = R"("Start":"2026-01-01T00:00:00Z",)" + a_year;
    EXPECT_EQ(book(reservations(priced(first, "0.1") + "," + priced(middle, "0.1"))),
              "us-east-2,,c7a.large,linux,reserved,2026-01-01T00:00:00Z,2027-06-01T00:00:00Z,0."
              "100000000000,USD\n");
    EXPECT_EQ(book(reservations(priced(first, "0.1") + "," + priced(later, "0.2"))),
              "us-east-2,,c7a.large,linux,reserved,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,0."
              "100000000000,USD\n"
              "us-east-2,,c7a.large,linux,reserved,2027-01-01T00:00:00Z,2028-01-01T00:00:00Z,0."
              "200000000000,USD\n");
    auto two = read(reservations(priced(first, "0.1") + "," + priced(middle, "0.2")));
    ASSERT_TRUE(succeeds(two));
    EXPECT_TRUE(fails_with(book_of(*two), Code::C101, "two prices from 2026-06-01"));
}

/// The book of several answers, in this order and turned round.
std::string book_of_answers(const std::vector<std::string>& answers) {
    const auto made = [](const auto& range) {
        AwsPrices all;
        for (const std::string& answer : range)
            all.add(read(answer).value());
        return book_of(std::move(all)).value().substr(header.size());
    };
    const std::string csv = made(answers);
    EXPECT_EQ(made(std::vector(answers.rbegin(), answers.rend())), csv);
    return csv;
}

TEST(PriceImport, OfTwoAnswersAboutAReservationTheLaterCounts) {
    const auto answer = [](const std::string& end, const std::string& state = "active") {
        return reservations(
            R"({"ReservedInstancesId":"r-1","InstanceType":"c7a.large","ProductDescription":"Linux/UNIX",)"
            R"("UsagePrice":0.1,"FixedPrice":0,"Duration":94608000,"Start":"2026-01-01T00:00:00Z","State":")" +
            state + R"(","End":")" + end + "\"}");
    };
    const std::string bought = answer("2029-01-01T00:00:00Z");
    EXPECT_EQ(book_of_answers({bought, answer("2026-06-15T08:00:00Z", "retired")}),
              "us-east-2,,c7a.large,linux,reserved,2026-01-01T00:00:00Z,2026-06-15T08:00:00Z,"
              "0.100000000000,USD\n")
        << "it was modified or sold";
    EXPECT_EQ(book_of_answers({answer("2029-01-01T00:00:00Z", "queued"),
                               answer("2029-01-01T00:00:00Z", "queued-deleted")}),
              "");
}

TEST(PriceImport, ACapacityBlockCostsItsFeeOverItsHours) {
    const std::string block =
        R"({"CapacityBlockOfferings":[{"InstanceType":"p5.48xlarge","AvailabilityZone":"us-east-2b","InstanceCount":4,)"
        R"("StartDate":"2026-11-01T11:30:00+00:00","EndDate":"2026-11-03T11:30:00+00:00","CapacityBlockDurationHours":48,)"
        R"("UpfrontFee":"6041.0880","CurrencyCode":"USD"}]})";
    EXPECT_EQ(book(block),
              "us-east-2,us-east-2b,p5.48xlarge,linux,capacity-block,2026-11-01T11:30:00Z,"
              "2026-11-03T11:30:00Z,31.464000000000,USD\n");
    std::string none = block;
    none.replace(none.find("\"InstanceCount\":4"), 17, "\"InstanceCount\":0");
    EXPECT_TRUE(fails_with(read(none), Code::C101, "InstanceCount"));
}

std::string rate(const char* service, const char* tenancy, const char* price) {
    return fmt::format(
        R"({{"rate":"{}","currency":"USD","unit":"Hrs","productType":"EC2","serviceCode":"{}",)"
        R"("usageType":"USE2-BoxUsage:c7a.large","properties":[{{"name":"region","value":"us-east-2"}},)"
        R"({{"name":"instanceType","value":"c7a.large"}},{{"name":"productDescription","value":"Linux/UNIX"}},)"
        R"({{"name":"tenancy","value":"{}"}}]}})",
        price, service, tenancy);
}

std::string rates_of(const std::string& plan, const char* price) {
    return R"({"savingsPlanId":")" + plan + R"(","searchResults":[)" +
           rate("AmazonEC2", "shared", price) + "]}";
}

std::string plan(const std::string& id, const std::string& end, const std::string& state) {
    return R"({"savingsPlans":[{"savingsPlanId":")" + id + R"(","state":")" + state +
           R"(","start":"2026-01-01T00:00:00.000Z","end":")" + end + "\"}]}";
}

TEST(PriceImport, RatesOfASavingsPlanHoldFromItsStartToItsEnd) {
    const std::string line = "us-east-2,,c7a.large,linux,savings-plan,";
    EXPECT_EQ(
        book_of_answers({rates_of("sp-1", "0.07"), rates_of("sp-2", "0.06"),
                         plan("sp-1", "2027-01-01T00:00:00.000Z", "active"),
                         R"({"savingsPlans":[{"savingsPlanId":"sp-2","state":"queued",)"
                         R"("start":"2027-01-01T00:00:00Z","end":"2028-01-01T00:00:00Z"}]})"}),
        line + "2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,0.070000000000,USD\n" + line +
            "2027-01-01T00:00:00Z,2028-01-01T00:00:00Z,0.060000000000,USD\n");
    EXPECT_EQ(book_of_answers({rates_of("sp-1", "0.07"),
                               plan("sp-1", "2027-01-01T00:00:00.000Z", "active"),
                               plan("sp-1", "2027-01-01T00:00:00.000Z", "returned")}),
              "");
    EXPECT_EQ(book(rates_of("sp-1", "0.07")), line + ",,0.070000000000,USD\n")
        << "for good, where nobody said when";
    EXPECT_TRUE(fails_with(read(plan("sp-1", "soon", "active")), Code::C101, "end is 'soon'"));
}

TEST(PriceImport, RatesOfASavingsPlanAreThoseOfInstances) {
    EXPECT_EQ(book(fmt::format(R"({{"savingsPlanId":"sp-1","searchResults":[{},{},{}]}})",
                               rate("AmazonEC2", "shared", "0.0741"),
                               rate("AmazonEC2", "dedicated", "0.9"),
                               rate("AmazonECS", "shared", "0.9"))),
              "us-east-2,,c7a.large,linux,savings-plan,,,0.074100000000,USD\n");
    EXPECT_TRUE(fails_with(read(R"({"savingsPlanId":"sp-1","searchResults":[)" +
                                rate("AmazonEC2", "shared", "dear") + "]}"),
                           Code::C101, "rate is 'dear'"));
}

} // namespace cost_price_import_test
} // namespace fairlead::cost
