#include "cost/months.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_months_test {

TEST(Months, HaveTheirNames) {
    const Time time = read_time("2026-06-30T23:59:59Z").value();
    EXPECT_EQ(month_name(time), "2026-06");
    EXPECT_EQ(day_name(time), "2026-06-30");
    EXPECT_EQ(month_behind("2026-06"), "2026-07");
    EXPECT_EQ(month_behind("2026-12"), "2027-01");
    EXPECT_EQ(month_behind("next"), "");
}

TEST(Months, AreReadAsTheirFirstSecond) {
    EXPECT_EQ(read_month("2026-06"), read_time("2026-06-01"));
    EXPECT_EQ(read_day("2026-06-30"), read_time("2026-06-30"));
    for (const char* text : {"2026-13", "2026-6", "2026-06-01", "June", ""})
        EXPECT_FALSE(read_month(text)) << text;
    for (const char* text : {"2026-06-31", "2026-06", "2026-06-01T00:00:00Z", "today"})
        EXPECT_FALSE(read_day(text)) << text;
}

} // namespace cost_months_test
} // namespace fairlead::cost
