#include "cost/money.hpp"

#include "expect_error.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <random>

namespace fairlead::cost {
namespace cost_money_test {

using test::fails_with;
using test::succeeds;

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

TEST(Money, IsReadToTheNano) {
    EXPECT_EQ(read_money("412.8")->nanos, 412'800'000'000);
    EXPECT_EQ(read_money("0")->nanos, 0);
    EXPECT_EQ(read_money("-0.000000001")->nanos, -1);
    EXPECT_EQ(read_money("007.5")->nanos, 7'500'000'000);
    EXPECT_EQ(read_money("1.10000000000000")->nanos, 1'100'000'000) << "zeros behind are no places";
}

TEST(Money, ReadsItsOwnExtremes) {
    EXPECT_EQ(read_money("9223372036.854775807")->nanos, most);
    EXPECT_EQ(read_money("-9223372036.854775808")->nanos, least);
    EXPECT_TRUE(fails_with(read_money("9223372036.854775808"), Code::C105));
    EXPECT_TRUE(fails_with(read_money("-9223372036.854775809"), Code::C105));
}

TEST(Money, IsNothingElseThanAPlainDecimal) {
    for (const char* text : {"", "-", ".", ".5", "5.", "+1", "1e3", "0x1", "1,5", "$1", " 1", "1 ",
                             "--1", "1.2.3", "nan", "inf", "0.0000000001", "\x1b[2J"})
        EXPECT_TRUE(fails_with(read_money(text), Code::C105, "is no amount")) << text;
}

TEST(Money, APriceHasTwelvePlacesAndIsNotNegative) {
    EXPECT_EQ(read_price("0.0058333333")->picos, 5'833'333'300);
    EXPECT_EQ(read_price("98.32")->picos, 98'320'000'000'000);
    EXPECT_TRUE(fails_with(read_price("0.0000000000001"), Code::C105));
    EXPECT_TRUE(fails_with(read_price("-1"), Code::C105, "is no price"));
}

TEST(Money, IsShownWithNinePlaces) {
    EXPECT_EQ(show_nanos(Money{412'800'000'000}), "412.800000000");
    EXPECT_EQ(show_nanos(Money{-1}), "-0.000000001");
    EXPECT_EQ(show_nanos(Money{most}), "9223372036.854775807");
    EXPECT_EQ(show_nanos(Money{least}), "-9223372036.854775808");
}

TEST(Money, WhatIsShownReadsAsTheSame) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 10'000; ++i) {
        const Money amount{static_cast<std::int64_t>(random()) >> (random() % 60)};
        EXPECT_EQ(read_money(show_nanos(amount)).value(), amount);
    }
}

TEST(Money, IsShownToPeopleInCents) {
    EXPECT_EQ(show_money({412'800'000'000}, "USD"), "$412.80");
    EXPECT_EQ(show_money({3'120'000'000'000}, "USD"), "$3,120.00");
    EXPECT_EQ(show_money({-1'234'567'895'000'000}, "EUR"), "-1,234,567.90 EUR");
    EXPECT_EQ(show_money({5'000'000}, "USD"), "$0.00") << "half to even";
    EXPECT_EQ(show_money({15'000'000}, "USD"), "$0.02");
    EXPECT_EQ(show_cents(-5), "-0.05");
}

TEST(Money, ASumThatDoesNotFitIsAnError) {
    EXPECT_EQ(sum({1}, {2})->nanos, 3);
    EXPECT_TRUE(fails_with(sum({most}, {1}), Code::C105));
    EXPECT_TRUE(fails_with(sum({least}, {-1}), Code::C105));
    const Money back[] = {{most}, {most}, {least}, {least}};
    EXPECT_EQ(sum(back)->nanos, -2) << "what does not fit on the way is no error";
}

TEST(Money, AProductThatDoesNotFitIsNone) {
    const Wide large = Wide{1} << 100;
    EXPECT_FALSE(times(large, large));
    EXPECT_FALSE(times(-large, large));
    EXPECT_TRUE(times(large, Wide{1} << 26) == Wide{1} << 126);
    EXPECT_FALSE(times(large, Wide{1} << 27));
    EXPECT_TRUE(times(0, large) == 0);
    EXPECT_TRUE(fails_with(to_money(Wide{most} + 1), Code::C105));
}

TEST(Money, IsRoundedHalfToEven) {
    const std::pair<int, int> halves[] = {{-5, -2}, {-3, -2}, {-1, 0}, {1, 0}, {3, 2}, {5, 2}};
    for (const auto& [dividend, rounded] : halves)
        EXPECT_TRUE(divided(dividend, 2) == rounded) << dividend;
    EXPECT_TRUE(divided(-7, 4) == -2);
    EXPECT_TRUE(divided(7, 4) == 2);
    EXPECT_TRUE(divided(-4, 4) == -1);
}

TEST(Money, RoundingIsNeverFurtherThanHalf) {
    std::mt19937_64 random(2);
    for (int i = 0; i < 10'000; ++i) {
        const auto dividend = static_cast<std::int64_t>(random());
        const auto divisor = static_cast<std::int64_t>(random() >> (1 + random() % 62)) + 1;
        const Wide error = divided(dividend, divisor) * divisor - dividend;
        EXPECT_TRUE(2 * (error < 0 ? -error : error) <= divisor) << dividend << " / " << divisor;
    }
}

TEST(MoneySplit, GivesWhatIsLeftToTheLargestRemainders) {
    const Wide thirds[] = {1, 1, 1};
    EXPECT_EQ(share_out({100}, thirds).value(), (std::vector<Money>{{34}, {33}, {33}}));
    const Wide uneven[] = {1, 2, 3};
    EXPECT_EQ(share_out({10}, uneven).value(), (std::vector<Money>{{2}, {3}, {5}}));
    const Wide none[] = {0, 5, 0};
    EXPECT_EQ(share_out({-7}, none).value(), (std::vector<Money>{{0}, {-7}, {0}}));
}

TEST(MoneySplit, RefusesWhatCannotBeDivided) {
    EXPECT_TRUE(fails_with(share_out({1}, {}), Code::C105));
    const Wide zeros[] = {0, 0};
    EXPECT_TRUE(fails_with(share_out({1}, zeros), Code::C105));
    const Wide negative[] = {1, -1};
    EXPECT_TRUE(fails_with(share_out({1}, negative), Code::C105));
    const Wide large[] = {Wide{1} << 120, (Wide{1} << 120) + 1};
    EXPECT_TRUE(fails_with(share_out({most}, large), Code::C105));
    const Wide alike[] = {Wide{1} << 120, Wide{1} << 120};
    EXPECT_EQ(share_out({6}, alike).value(), (std::vector<Money>{{3}, {3}}));
}

std::vector<Wide> some_weights(std::mt19937_64& random) {
    std::vector<Wide> weights(1 + random() % 40);
    for (Wide& weight : weights)
        weight = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    weights[0] += 1;
    return weights;
}

TEST(MoneySplit, PartsAlwaysSumToTheWholeAndNoneIsANanoOff) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 2'000; ++i) {
        const Money whole{static_cast<std::int64_t>(random()) >> (4 + random() % 59)};
        const auto weights = some_weights(random);
        const Wide total = std::accumulate(weights.begin(), weights.end(), Wide{0});
        const auto parts = share_out(whole, weights);
        ASSERT_TRUE(succeeds(parts));
        EXPECT_EQ(sum(*parts).value(), whole);
        for (std::size_t part = 0; part < weights.size(); ++part) {
            const Wide error = (*parts)[part].nanos * total - whole.nanos * weights[part];
            EXPECT_TRUE(error < total && -error < total);
        }
    }
}

TEST(MoneyInCents, RowsSumToTheRoundedTotal) {
    const Wide rows[] = {4'000'000, 4'000'000, 4'000'000};
    EXPECT_TRUE((in_cents(rows) == std::vector<Wide>{1, 0, 0}));
    std::mt19937_64 random(4);
    for (int i = 0; i < 2'000; ++i) {
        std::vector<Wide> amounts(random() % 50);
        for (Wide& amount : amounts)
            amount = static_cast<std::int64_t>(random()) >> (8 + random() % 55);
        const auto cents = in_cents(amounts);
        const auto shown = std::accumulate(cents.begin(), cents.end(), Wide{0});
        const auto total = std::accumulate(amounts.begin(), amounts.end(), Wide{0});
        EXPECT_TRUE(shown == divided(total, nanos_per_unit / 100));
        for (std::size_t row = 0; row < cents.size(); ++row) {
            const Wide error = cents[row] * 10'000'000 - amounts[row];
            EXPECT_TRUE(error <= 10'000'000 && -error <= 10'000'000);
        }
    }
}

TEST(MoneyInCents, SumsBeyondWhatOneAmountHoldsAreRight) {
    const Wide rows[] = {Wide{most} * 3, Wide{least} * 5};
    const auto cents = in_cents(rows);
    EXPECT_EQ(show_cents(cents[0]), "27670116110.56");
    EXPECT_EQ(show_cents(cents[1]), "-46116860184.27");
    EXPECT_EQ(show_cents(cents[0] + cents[1]), "-18446744073.71");
}

TEST(Money, ASumThatIsLargerThanMoneyIsShown) {
    EXPECT_EQ(show_nanos(Wide{1'000'000'000'000} * 1'000'000'000'000),
              "1000000000000000.000000000");
    EXPECT_EQ(show_nanos(Wide{-5}), "-0.000000005");
}

} // namespace cost_money_test
} // namespace fairlead::cost
