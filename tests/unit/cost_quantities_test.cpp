#include "cost/quantities.hpp"

#include "cost/months.hpp"
#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_quantities_test {

const std::string book_header =
    "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";
const std::string prices = ",,storage:fsx,,,2026-01-01,2026-06-11,0.145,USD\n"
                           ",,storage:fsx,,,2026-06-11,,0.2,USD\n"
                           "eu-west-1,,storage:fsx,,,,,0.16,USD\n"
                           ",,storage:backup,,,,,0.05,USD\n"
                           ",,storage:tape,,,,,1,EUR\n"
                           ",,transfer:out,,,,2026-06-16,0.09,USD\n"
                           ",,transfer:out,,,2026-06-16,,0.08,USD\n"
                           ",,c7a.large,,,,,0.1,USD\n";

/// "1.500000000 USD", or what is wrong.
std::string cost(const std::string& rows, const std::string& kind = "storage",
                 const std::string& more = "") {
    const auto book = PriceBook::parse_csv(book_header + prices + more, "b.csv").value();
    const bool placed = rows.contains(",eu-");
    const auto all =
        priced_quantities((placed ? "from,item,gib,region\n" : "from,item,gib\n") + rows, "q.csv",
                          kind, *read_month("2026-06"), book);
    return all ? fmt::format("{} {}", show_nanos(all->amount), all->currency)
               : to_string(all.error());
}

TEST(Quantities, APriceThatChangesWithinTheMonthSplitsIt) {
    // A third of the month at 0.145 and two thirds at 0.2.
    EXPECT_EQ(cost("2026-01-01,storage:fsx,1200\n"), "218.000000000 USD");
    EXPECT_EQ(cost("2026-01-01,Storage:FSx,1200\n"), "218.000000000 USD");
}

TEST(Quantities, AQuantityHoldsUntilTheNextOfItsItem) {
    EXPECT_EQ(cost("2026-06-16,storage:fsx,2400\n2026-06-01,storage:backup,60\n"
                   "2026-01-01,storage:fsx,1200\n2026-07-01,storage:fsx,9999\n"),
              // 1200 × (0.145 × 10 + 0.2 × 5) / 30 + 2400 × 0.2 × 15 / 30 + 60 × 0.05
              "341.000000000 USD");
    EXPECT_EQ(cost("2026-01-01,storage:fsx,1200\n2026-06-01,storage:fsx,600\n"),
              "109.000000000 USD");
    EXPECT_EQ(cost("2026-06-21,storage:backup,1.5\n2026-06-26,storage:backup,0\n"),
              "0.012500000 USD")
        << "and nothing before its first";
}

TEST(Quantities, WhatIsTransferredPaysThePriceOfItsMoment) {
    EXPECT_EQ(cost("2026-06-15T23:59:59Z,transfer:out,10\n2026-06-16,transfer:out,10\n"
                   "2026-05-31T23:59:59Z,transfer:out,500\n2026-07-01,transfer:out,500\n",
                   "transfer"),
              "1.700000000 USD");
}

TEST(Quantities, APriceOfTheRegionGoesFirst) {
    EXPECT_EQ(cost("2026-01-01,storage:fsx,100,eu-west-1\n"), "16.000000000 USD");
    EXPECT_EQ(cost("2026-01-01,storage:fsx,100,eu-west-2\n"), "18.166666667 USD");
}

TEST(Quantities, TheSumIsRoundedOnceHalfToEven) {
    const std::string small = ",,storage:a,,,,,0.000000000500,USD\n"
                              ",,storage:b,,,,,0.000000001500,USD\n";
    EXPECT_EQ(cost("2026-01-01,storage:a,1\n", "storage", small), "0.000000000 USD");
    EXPECT_EQ(cost("2026-01-01,storage:b,1\n", "storage", small), "0.000000002 USD");
    EXPECT_EQ(cost("2026-01-01,storage:a,1\n2026-01-01,storage:b,1\n", "storage", small),
              "0.000000002 USD");
}

TEST(Quantities, AnItemWithoutAPriceIsAnErrorAndNeverFree) {
    const std::string none = cost("2026-01-01,storage:fsx,1\n2026-01-01,storage:cold,1\n");
    EXPECT_TRUE(none.starts_with("q.csv:3: the price book has no price for storage:cold"));
    EXPECT_TRUE(none.ends_with("at 2026-06-01T00:00:00Z [FL-C103]")) << none;
    EXPECT_TRUE(cost("2026-01-01,storage:cold,1\n", "storage", ",,,,,,,7,USD\n")
                    .ends_with("has no price for storage:cold at 2026-06-01T00:00:00Z [FL-C103]"))
        << "a price of anything is none of storage";
    EXPECT_TRUE(cost("2026-01-01,storage:new,1\n", "storage", ",,storage:new,,,2026-06-20,,1,USD\n")
                    .contains("at 2026-06-01T00:00:00Z [FL-C103]"));
}

TEST(Quantities, WhatIsDoubtfulIsNamedWithItsLine) {
    for (const char* row : {"soon,storage:fsx,1", "2026-06-01,storage:fsx,-1",
                            "2026-06-01,storage:fsx,much", "2026-06-01,storage:fsx,"})
        EXPECT_EQ(cost(std::string(row) + "\n"),
                  "q.csv:2: expected a time, an item and its GiB [FL-C306]");
    for (const char* item : {"transfer:out", "c7a.large", "", "storage"})
        EXPECT_TRUE(cost(fmt::format("2026-06-01,{},1\n", item)).contains("expected storage:NAME"))
            << item;
    EXPECT_EQ(cost("2026-06-01,storage:fsx,1\n2026-06-01,STORAGE:fsx,2\n"),
              "q.csv:3: STORAGE:fsx has two quantities at 2026-06-01T00:00:00Z [FL-C306]");
    EXPECT_TRUE(cost("2026-06-01,storage:fsx,1\n2026-06-01,storage:tape,1\n")
                    .ends_with("make two pools of them [FL-C306]"));
    EXPECT_EQ(cost("2026-07-01,storage:fsx,1\n"), "q.csv has no quantity in the month [FL-C306]");
    EXPECT_TRUE(
        cost("2026-06-01,storage:huge,9000000000\n", "storage", ",,storage:huge,,,,,9000000,USD\n")
            .ends_with("[FL-C105]"));
}

} // namespace cost_quantities_test
} // namespace fairlead::cost
