#include "cost/price_book.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_price_book_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

const std::string header =
    "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";

PriceBook book_of(const std::string& rows) {
    auto book = PriceBook::parse_csv(header + rows, "b.csv");
    EXPECT_TRUE(succeeds(book));
    return std::move(*book);
}

const PriceKey c7a{.region = "us-east-2",
                   .az = "us-east-2a",
                   .instance_type = "c7a.large",
                   .os = "linux",
                   .purchase = "on-demand"};

Time day(std::string_view text) { return read_time(text).value(); }

/// "line of the book" for each piece, as "2 3".
std::string lines(const Result<std::vector<PricedTime>>& pieces) {
    if (!pieces)
        return to_string(pieces.error());
    std::string text;
    for (const PricedTime& piece : *pieces)
        text += (text.empty() ? "" : " ") + piece.price->place.substr(6);
    return text;
}

std::string line_at(const PriceBook& book, const PriceKey& key) {
    const Time now = day("2026-06-01");
    return lines(book.timeline(key).between(now, now));
}

TEST(PriceBook, ReadsAPriceWithAllThatItDependsOn) {
    const auto book = book_of(
        "us-east-2,us-east-2a,c7a.large,Linux,OnDemand,2026-01-01,2026-07-01,0.1026400000,USD\n");
    ASSERT_EQ(book.prices().size(), 1u);
    const Price& price = book.prices()[0];
    EXPECT_EQ(price.key, c7a);
    EXPECT_EQ(price.from, day("2026-01-01"));
    EXPECT_EQ(price.to, day("2026-07-01"));
    EXPECT_EQ(price.hourly.picos, 102'640'000'000);
    EXPECT_EQ(price.currency, "USD");
    EXPECT_EQ(price.place, "b.csv:2");
}

TEST(PriceBook, WordsThatMeanTheSameAreTheSame) {
    for (const char* word : {"on-demand", "OnDemand", "on_demand", "ON DEMAND", "ondemand"})
        EXPECT_EQ(normalized({.purchase = word}).purchase, "on-demand") << word;
    EXPECT_EQ(normalized({.purchase = "Savings Plans"}).purchase, "savings-plan");
    EXPECT_EQ(normalized({.purchase = "CapacityBlock"}).purchase, "capacity-block");
    EXPECT_EQ(normalized({.purchase = "own"}).purchase, "own");
    EXPECT_EQ(normalized({.os = "Linux/UNIX"}).os, "linux");
}

TEST(PriceBook, AnEmptyFieldFitsEverything) {
    EXPECT_EQ(line_at(book_of(",,,,,,,1,USD\n"), c7a), "2");
    EXPECT_EQ(line_at(book_of(",,,,,,,1,USD\n"), {}), "2");
}

TEST(PriceBook, WhatIsNotKnownFitsOnlyAnEmptyField) {
    PriceKey key = c7a;
    key.az.clear();
    const auto book = book_of(",us-east-2a,,,,,,1,USD\n,,c7a.large,,,,,2,USD\n");
    EXPECT_EQ(line_at(book, key), "3");
    EXPECT_TRUE(
        fails_with(book.timeline({}).between(day("2026-06-01"), day("2026-06-02")), Code::C103,
                   "no price for instance type not known (purchase not known, region not known"));
}

TEST(PriceBook, TheMostSpecificRowGoesFirst) {
    const auto book = book_of(",,,,,,,1,USD\n"
                              ",,c7a.large,,,,,2,USD\n"
                              "us-east-2,,c7a.large,,,,,3,USD\n"
                              "us-east-2,,c7a.large,,spot,,,4,USD\n"
                              "us-west-2,us-west-2a,c7a.large,linux,on-demand,,,5,USD\n");
    EXPECT_EQ(line_at(book, c7a), "4");
    PriceKey spot = c7a;
    spot.purchase = "Spot";
    EXPECT_EQ(line_at(book, spot), "5");
    EXPECT_EQ(line_at(book, {.instance_type = "m7a.large"}), "2");
}

TEST(PriceBook, ATieNamesBothLines) {
    const auto book = book_of("us-east-2,,,,,,,1,USD\n,,c7a.large,,,,,2,USD\n");
    const auto tie = book.timeline(c7a).between(day("2026-06-01"), day("2026-06-02"));
    EXPECT_TRUE(fails_with(tie, Code::C106, "b.csv:2"));
    EXPECT_TRUE(fails_with(tie, Code::C106, "b.csv:3"));
    EXPECT_EQ(line_at(book, {.region = "us-east-2"}), "2") << "no tie where one of them fits";
}

TEST(PriceBook, ATieUnderAMoreSpecificRowIsNone) {
    EXPECT_EQ(line_at(book_of("us-east-2,,,,,,,1,USD\n,,c7a.large,,,,,2,USD\n"
                              "us-east-2,,c7a.large,,,,,3,USD\n"),
                      c7a),
              "4");
}

TEST(PriceBook, ATimeIsCutWhereThePriceChanges) {
    const auto book = book_of(",,c7a.large,,,,2026-02-01,1,USD\n"
                              ",,c7a.large,,,2026-02-01,2026-02-03,2,USD\n"
                              ",,c7a.large,,,2026-02-03,,3,USD\n");
    const Timeline line = book.timeline(c7a);
    const auto all = line.between(day("2026-01-31"), day("2026-02-04"));
    EXPECT_EQ(lines(all), "2 3 4");
    EXPECT_EQ(all->at(1).from, day("2026-02-01"));
    EXPECT_EQ(all->at(1).to, day("2026-02-03"));
    EXPECT_EQ(all->back().to, day("2026-02-04"));
    EXPECT_EQ(lines(line.between(day("2026-01-31"), day("2026-02-01"))), "2")
        << "the end does not belong to it";
    EXPECT_EQ(lines(line.between(day("2026-02-01"), day("2026-02-01"))), "3") << "a moment";
}

TEST(PriceBook, ASpecificPriceThatEndsLeavesTheGeneralOne) {
    const auto book =
        book_of(",,,,,,,1,USD\n,,c7a.large,,,2026-02-01T12:00:00Z,2026-02-02,2,USD\n");
    EXPECT_EQ(lines(book.timeline(c7a).between(day("2026-01-01"), day("2026-03-01"))), "2 3 2");
}

TEST(PriceBook, AGapIsNoPrice) {
    const auto book = book_of(",,,,,,2026-02-01,1,USD\n,,,,,2026-02-02,,2,USD\n");
    EXPECT_TRUE(fails_with(book.timeline(c7a).between(day("2026-01-31"), day("2026-02-03")),
                           Code::C103, "at 2026-02-01T00:00:00Z"));
    EXPECT_EQ(lines(book.timeline(c7a).between(day("2026-02-02"), day("2026-02-03"))), "3");
}

TEST(PriceBook, TwoPricesOfOneThingAreFoundWhenRead) {
    EXPECT_TRUE(fails_with(
        PriceBook::parse_csv(header + ",,c7a.large,,spot,2026-01-01,2026-03-01,1,USD\n"
                                      ",,m7a.large,,spot,2026-01-01,,1,USD\n"
                                      ",,C7A.large,,Spot,2026-02-28,,2,USD\n",
                             "b.csv"),
        Code::C101, "b.csv:2 and b.csv:4 give the same thing two prices from 2026-02-28"));
    EXPECT_TRUE(fails_with(PriceBook::parse_csv(header + ",,,,,,,1,USD\n,,,,,,,1,USD\n", "b.csv"),
                           Code::C101, "from the beginning on"));
}

TEST(PriceBook, APriceWithoutAnEndHoldsUntilTheNextOfItsKey) {
    const auto book =
        book_of(",,c7a.large,,,2026-02-01,,2,USD\n,,c7a.large,,,,,1,USD\n"
                ",,c7a.large,,,2026-03-01,2026-04-01,3,USD\n,,m7a.large,,,2026-02-15,,4,USD\n");
    const Timeline line = book.timeline(c7a);
    EXPECT_EQ(lines(line.between(day("2026-01-31"), day("2026-03-02"))), "3 2 4");
    EXPECT_TRUE(fails_with(line.between(day("2026-04-01"), day("2026-04-02")), Code::C103))
        << "what ended by a date ends";
}

TEST(PriceBook, IsTakenAsSpreadsheetsWriteIt) {
    const auto book = PriceBook::parse_csv("\xef\xbb\xbfRegion,AZ,Instance_Type,OS,Purchase,Valid_"
                                           "From,Valid_To,Price_Per_Hour,Currency,SKU,\r\n"
                                           ",,c7a.large,Linux,spot,,,.36,usd,ABC,\r\n",
                                           "b.csv");
    ASSERT_TRUE(succeeds(book));
    EXPECT_EQ(book->prices()[0].hourly.picos, 360'000'000'000);
    EXPECT_EQ(book->prices()[0].currency, "USD");
    EXPECT_EQ(book->notes(), std::vector<std::string>{"b.csv:1: column 'SKU' is ignored"});
}

TEST(PriceBook, ABadRowIsNamedWithItsLine) {
    const std::pair<const char*, const char*> wrong[] = {
        {",,,,,2026-02-30,,1,USD\n", "b.csv:2: valid_from is '2026-02-30'"},
        {",,,,,,soon,1,USD\n", "b.csv:2: valid_to is 'soon'"},
        {",,,,,2026-02-02,2026-02-02,1,USD\n", "b.csv:2: valid_to is not after valid_from"},
        {",,,,,,,,USD\n", "b.csv:2: price_per_hour: '' is no price"},
        {",,,,,,,-1,USD\n", "b.csv:2: price_per_hour: '-1' is no price"},
        {",,,,,,,\"1,5\",USD\n", "is no price"},
        {",,,,,,,1,Dollar\n", "b.csv:2: currency is 'Dollar'"},
        {",,,,,,1,USD\n", "b.csv:2: 8 fields"}};
    for (const auto& [row, message] : wrong)
        EXPECT_TRUE(fails_with(PriceBook::parse_csv(header + row, "b.csv"), Code::C101, message))
            << row;
    EXPECT_TRUE(fails_with(PriceBook::parse_csv("region,price\n", "b.csv"), Code::C101,
                           "unknown column 'price'"));
}

TEST(PriceBook, TheCurrencyIsDollarsWhereNoneIsNamed) {
    EXPECT_EQ(book_of(",,,,,,,1,\n").prices()[0].currency, "USD");
}

TEST(PriceBookInYaml, IsTheSame) {
    const auto book = PriceBook::parse_yaml(R"(schema: fairlead.prices/1
prices:
  - {instance_type: c7a.large, purchase: OnDemand, valid_from: 2026-01-01, price_per_hour: 0.10264}
  - {instance_type: c7a.large, purchase: spot, price_per_hour: 0.03, currency: EUR}
)",
                                            "b.yaml");
    ASSERT_TRUE(succeeds(book));
    ASSERT_EQ(book->prices().size(), 2u);
    EXPECT_EQ(book->prices()[0].key.purchase, "on-demand");
    EXPECT_EQ(book->prices()[0].hourly.picos, 102'640'000'000);
    EXPECT_EQ(book->prices()[0].from, day("2026-01-01"));
    EXPECT_EQ(book->prices()[1].currency, "EUR");
}

TEST(PriceBookInYaml, AMistakeIsNamedWithItsPlace) {
    const auto read = [](std::string_view text) { return PriceBook::parse_yaml(text, "b.yaml"); };
    EXPECT_TRUE(fails_with(read("schema: fairlead.prices/1\nprices:\n  - {az: a, price: 1}\n"),
                           Code::X105, "b.yaml:3:13: unknown key 'price'"));
    EXPECT_TRUE(fails_with(read("schema: fairlead.prices/1\nprices: [{price_per_hour: x}]\n"),
                           Code::C101, "b.yaml:2: price_per_hour: 'x'"));
    EXPECT_TRUE(fails_with(read("schema: fairlead.prices/1\nprices: 1\n"), Code::X106));
    EXPECT_TRUE(fails_with(read("schema: fairlead.prices/2\n"), Code::X106));
}

TEST(PriceBook, IsReadByTheNameOfItsFile) {
    const TempFolder folder;
    EXPECT_TRUE(succeeds(PriceBook::load(folder.write("b.csv", header + ",,,,,,,1,USD\n"))));
    EXPECT_TRUE(succeeds(PriceBook::load(
        folder.write("b.yaml", "schema: fairlead.prices/1\nprices: [{price_per_hour: 1}]\n"))));
    EXPECT_TRUE(fails_with(PriceBook::load(folder / "none.csv"), Code::X101));
}

} // namespace cost_price_book_test
} // namespace fairlead::cost
