#include "policy/quantity.hpp"

#include "policy/job_request.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_quantity_test {

TEST(PolicyQuantity, TimesAreMinutesInEveryFormOfSlurm) {
    const std::pair<const char*, std::uint64_t> rows[] = {
        {"60", 60},
        {"30m", 30},
        {"24h", 1440},
        {"7d", 10080},
        {"90s", 2},
        {"1:30", 2},
        {"0:30", 1},
        {"1:30:00", 90},
        {"2-0", 2880},
        {"2-12:30", 3630},
        {"2-12:00:00", 3600},
        {"0-0:0:1", 1},
        {"12:00:00", 720},
        {"0", 0},
        {"unlimited", unlimited},
    };
    for (const auto& [text, minutes] : rows)
        EXPECT_EQ(read_quantity(text, Unit::Minutes), minutes) << text;
}

TEST(PolicyQuantity, SizesAreMebibytesAndRoundUp) {
    const std::pair<const char*, std::uint64_t> rows[] = {
        {"512", 512}, {"512M", 512}, {"4G", 4096}, {"2T", 2097152},
        {"2048K", 2}, {"1K", 1},     {"0", 0},     {"all", unlimited},
    };
    for (const auto& [text, mebibytes] : rows)
        EXPECT_EQ(read_quantity(text, Unit::Mebibytes), mebibytes) << text;
}

TEST(PolicyQuantity, NonsenseIsNoQuantity) {
    for (const char* text : {"", "h", "-1", "1-", "-1:00", "1:2:3:4", "1-2:3:4:5", "24 h", "1.5h",
                             "24H", "all", "99999999999999999999", "2199023255552"})
        EXPECT_FALSE(read_quantity(text, Unit::Minutes)) << text;
    for (const char* text : {"", "G", "-4G", "4g", "4GB", "1.5G", "unlimited", "0x10"})
        EXPECT_FALSE(read_quantity(text, Unit::Mebibytes)) << text;
    for (const char* text : {"", "4G", "24h", "one", "+1"})
        EXPECT_FALSE(read_quantity(text, Unit::Count)) << text;
}

TEST(PolicyQuantity, WhatIsShownReadsBackTheSame) {
    EXPECT_EQ(show_quantity(3600, Unit::Minutes), "2-12:00:00");
    EXPECT_EQ(show_quantity(90, Unit::Minutes), "01:30:00");
    EXPECT_EQ(show_quantity(4096, Unit::Mebibytes), "4G");
    EXPECT_EQ(show_quantity(0, Unit::Mebibytes), "0M");
    for (const Unit unit : {Unit::Minutes, Unit::Mebibytes, Unit::Count})
        for (const std::uint64_t value :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{59}, std::uint64_t{1024},
              std::uint64_t{1439}, std::uint64_t{1440}, std::uint64_t{100000}})
            EXPECT_EQ(read_quantity(show_quantity(value, unit), unit), value) << value;
    for (const Unit unit : {Unit::Minutes, Unit::Mebibytes})
        EXPECT_EQ(read_quantity(show_quantity(unlimited, unit), unit), unlimited);
}

TEST(PolicyQuantity, MomentsAreOfUtc) {
    EXPECT_EQ(read_quantity("1970-01-02", Unit::Moment), 86400u);
    EXPECT_EQ(read_quantity("2026-11-30T08:00:00Z", Unit::Moment), 1796025600u);
    EXPECT_EQ(show_quantity(1796025600, Unit::Moment), "2026-11-30T08:00:00Z");
    for (const char* bad :
         {"", "2026-11-30T08:00:00", "2026-11-30T08:00:00Zx", "8:00", "1969-01-01"})
        EXPECT_FALSE(read_quantity(bad, Unit::Moment)) << bad;
}

} // namespace policy_quantity_test
} // namespace fairlead::policy
