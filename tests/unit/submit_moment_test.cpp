#include "submit/moment.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_moment_test {

/// 2026-11-21T22:35:02 where it is local time.
std::time_t now() {
    std::tm when{};
    when.tm_year = 2026 - 1900;
    when.tm_mon = 10;
    when.tm_mday = 21;
    when.tm_hour = 22;
    when.tm_min = 35;
    when.tm_sec = 2;
    when.tm_isdst = -1;
    return std::mktime(&when);
}

/// As local time, so that the test holds in any zone.
std::string read(std::string_view text) {
    const auto seconds = read_moment(text, now());
    if (!seconds)
        return "none";
    const auto time = static_cast<std::time_t>(*seconds);
    std::tm when{};
    ::localtime_r(&time, &when);
    char buffer[32];
    return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S", &when)};
}

TEST(SubmitMoment, AsTheCommandsWereSeenToTakeThem) {
    EXPECT_EQ(read("now"), "2026-11-21 22:35:02");
    EXPECT_EQ(read("now+60"), "2026-11-21 22:36:02");
    EXPECT_EQ(read("now+1hour"), "2026-11-21 23:35:02");
    EXPECT_EQ(read("now+5minutes"), "2026-11-21 22:40:02");
    EXPECT_EQ(read("now+2days"), "2026-11-23 22:35:02");
    EXPECT_EQ(read("16:00"), "2026-11-22 16:00:00");
    EXPECT_EQ(read("23:00"), "2026-11-21 23:00:00");
    EXPECT_EQ(read("noon"), "2026-11-22 12:00:00");
    EXPECT_EQ(read("midnight"), "2026-11-22 00:00:00");
    EXPECT_EQ(read("4:30PM"), "2026-11-22 16:30:00");
    EXPECT_EQ(read("today"), "2026-11-21 00:00:00");
    EXPECT_EQ(read("tomorrow"), "2026-11-22 00:00:00");
    EXPECT_EQ(read("2030-01-02"), "2030-01-02 00:00:00");
    EXPECT_EQ(read("2030-01-02T03:04:05"), "2030-01-02 03:04:05");
    EXPECT_EQ(read("010230"), "2030-01-02 00:00:00");
    EXPECT_EQ(read("1/2/30"), "2030-01-02 00:00:00");
    EXPECT_EQ(read("1/2"), "2027-01-02 00:00:00");
    EXPECT_EQ(read_moment("uts1893456000", now()), 1893456000u);
}

TEST(SubmitMoment, WhatTheyRefuse) {
    for (const char* text :
         {"5pm", "1893456000", "", "soon", "25:00", "2030-13-01", "now+x", "1:2:3:4"})
        EXPECT_EQ(read(text), "none") << text;
}

} // namespace submit_moment_test
} // namespace fairlead::submit
