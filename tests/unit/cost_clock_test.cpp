#include "cost/clock.hpp"

#include "expect_error.hpp"

#include <cstdlib>
#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_clock_test {

using std::chrono::seconds;
using test::fails_with;

Time at(std::int64_t epoch) { return Time(seconds(epoch)); }

/// "first last" of a reading, in UTC.
std::string read_in(Zone& zone, std::string_view text) {
    const auto moments = zone.read(text);
    return moments ? show_time(moments->first) + " " + show_time(moments->last) : "none";
}

std::string once(const std::string& time) { return time + " " + time; }

TEST(Clock, ReadsDatesAndRfc3339) {
    EXPECT_EQ(read_time("1970-01-01"), at(0));
    EXPECT_EQ(read_time("2026-06-01"), read_time("2026-06-01T00:00:00Z"));
    EXPECT_EQ(read_time("2026-06-01T02:00:00+02:00"), read_time("2026-06-01"));
    EXPECT_EQ(read_time("2026-05-31T19:30:00-0430"), read_time("2026-06-01"));
    EXPECT_EQ(read_time("2026-06-01 00:00"), read_time("2026-06-01"));
    EXPECT_EQ(read_time("2024-02-29T12:00:00"), at(1709208000));
}

TEST(Clock, RefusesWhatIsNoTime) {
    for (const char* text :
         {"", "2026", "2026-06", "2026-6-1", "2026-02-29", "2026-13-01", "2026-00-10", "1969-12-31",
          "2262-01-01", "2026-06-01T", "2026-06-01T24:00:00", "2026-06-01T10:60:00",
          "2026-06-01T10:00:00 ", "2026-06-01T10:00:00+2", "2026-06-01Z", "2026-06-01T10:00:00ZZ",
          "Unknown", "20260601"})
        EXPECT_FALSE(read_time(text)) << text;
}

TEST(Clock, ShowsTimesInUtc) {
    EXPECT_EQ(show_time(at(0)), "1970-01-01T00:00:00Z");
    EXPECT_EQ(show_time(at(1709208061)), "2024-02-29T12:01:01Z");
}

TEST(Clock, KnowsTheMonthsOfUtc) {
    const Time leap = *read_time("2024-02-29T23:59:59");
    EXPECT_EQ(month_of(leap), read_time("2024-02-01"));
    EXPECT_EQ(month_after(leap), read_time("2024-03-01"));
    EXPECT_EQ(month_of(*read_time("2024-03-01")), read_time("2024-03-01"));
    EXPECT_EQ(month_after(*read_time("2025-12-31")), read_time("2026-01-01"));
}

TEST(Zone, ReadsSecondsSince1970InEveryZone) {
    Zone zone = Zone::find("Europe/Berlin").value();
    EXPECT_EQ(zone.read("1709208000")->first, at(1709208000));
    for (const char* other : {"0", "2026", "20260601", "170920800", "-170920800", "17092080000"})
        EXPECT_FALSE(zone.read(other)) << other;
}

TEST(Zone, FollowsDaylightSavingTime) {
    Zone zone = Zone::find("Europe/Berlin").value();
    EXPECT_EQ(read_in(zone, "2026-01-15T12:00:00"), once("2026-01-15T11:00:00Z"));
    EXPECT_EQ(read_in(zone, "2026-07-15T12:00:00"), once("2026-07-15T10:00:00Z"));
    EXPECT_EQ(read_in(zone, "2026-07-15T12:00:00Z"), once("2026-07-15T12:00:00Z"));
}

TEST(Zone, GivesBothMomentsOfAnHourThatTheClockShowsTwice) {
    Zone zone = Zone::find("Europe/Berlin").value();
    EXPECT_EQ(read_in(zone, "2026-10-25T01:59:59"), once("2026-10-24T23:59:59Z"));
    EXPECT_EQ(read_in(zone, "2026-10-25T02:00:00"), "2026-10-25T00:00:00Z 2026-10-25T01:00:00Z");
    EXPECT_EQ(read_in(zone, "2026-10-25T02:59:59"), "2026-10-25T00:59:59Z 2026-10-25T01:59:59Z");
    EXPECT_EQ(read_in(zone, "2026-10-25T03:00:00"), once("2026-10-25T02:00:00Z"));
}

TEST(Zone, ATimeThatTheClockSkipsIsOfAnotherZone) {
    Zone zone = Zone::find("Europe/Berlin").value();
    EXPECT_FALSE(zone.read("2026-03-29T02:00:00"));
    EXPECT_FALSE(zone.read("2026-03-29T02:59:59"));
    EXPECT_EQ(read_in(zone, "2026-03-29T01:59:59"), once("2026-03-29T00:59:59Z"));
    EXPECT_EQ(read_in(zone, "2026-03-29T03:30:00"), once("2026-03-29T01:30:00Z"));
}

/// The answer that is kept must not outlive the offset it was given for.
TEST(Zone, EveryHourOfAYearIsReadAsAFreshZoneReadsIt) {
    Zone kept = Zone::find("America/New_York").value();
    for (Time time = *read_time("2026-01-01"); time < *read_time("2027-01-01");
         time += std::chrono::hours(1)) {
        Zone fresh = Zone::find("America/New_York").value();
        const std::string clock = show_time(time).substr(0, 19);
        ASSERT_EQ(kept.read(clock).has_value(), fresh.read(clock).has_value());
        if (!fresh.read(clock))
            continue;
        ASSERT_EQ(read_in(kept, clock), read_in(fresh, clock));
    }
}

TEST(Zone, IsThatOfTheMachineWhenLocal) {
    const char* before = std::getenv("TZ");
    const std::string kept = before ? before : "";
    ::setenv("TZ", "Asia/Kolkata", 1);
    Zone zone = Zone::find("local").value();
    EXPECT_EQ(read_in(zone, "2026-01-15T12:00:00"), once("2026-01-15T06:30:00Z"));
    ::setenv("TZ", "", 1);
    zone = Zone::find("local").value();
    EXPECT_EQ(read_in(zone, "2026-01-15T12:00:00"), once("2026-01-15T12:00:00Z"));
    before ? ::setenv("TZ", kept.c_str(), 1) : ::unsetenv("TZ");
}

TEST(Zone, TakesWhatTheVariableTzMayHold) {
    const char* before = std::getenv("TZ");
    const std::string kept = before ? before : "";
    const auto noon = [](const char* text) {
        ::setenv("TZ", text, 1);
        auto zone = Zone::find("local");
        return zone ? read_in(*zone, "2026-07-15T12:00:00") : to_string(zone.error());
    };
    const std::pair<const char*, const char*> forms[] = {
        {"UTC0", "2026-07-15T12:00:00Z"},
        {"JST-9", "2026-07-15T03:00:00Z"},
        {"EST+5", "2026-07-15T17:00:00Z"},
        {"<+0530>-05:30", "2026-07-15T06:30:00Z"},
        {"EST5EDT", "2026-07-15T16:00:00Z"},
        {"/usr/share/zoneinfo/Europe/Berlin", "2026-07-15T10:00:00Z"}};
    for (const auto& [text, time] : forms)
        EXPECT_EQ(noon(text), once(time)) << text;
    for (const char* text :
         {"CET-1CEST", "CET-1CEST,M3.5.0,M10.5.0/3", "UTC", "X0", "UTC99", "UTC+", "<a", "<",
          "/etc/passwd", "/usr/share/zoneinfo/none", "/no/such/zone0", "Europe/Berlin1"}) {
        ::setenv("TZ", text, 1);
        EXPECT_EQ(Zone::find("local").has_value(), text == std::string("UTC")) << text;
    }
    EXPECT_EQ(noon(":/usr/share/zoneinfo/Asia/Kolkata"), once("2026-07-15T06:30:00Z"));
    ::setenv("TZ", "CET-1CEST", 1);
    EXPECT_TRUE(fails_with(Zone::find("local"), Code::X301, "'CET-1CEST' of the variable TZ"));
    before ? ::setenv("TZ", kept.c_str(), 1) : ::unsetenv("TZ");
}

TEST(Zone, IsRefusedWhereUnknown) {
    EXPECT_TRUE(fails_with(Zone::find("Europe/Atlantis"), Code::X301, "'Europe/Atlantis'"));
    EXPECT_TRUE(fails_with(Zone::find("../../etc/passwd"), Code::X301));
    EXPECT_TRUE(fails_with(Zone::find(""), Code::X301));
    EXPECT_TRUE(fails_with(Zone::find("UTC+2"), Code::X301));
    EXPECT_TRUE(test::succeeds(Zone::find("UTC0")));
}

} // namespace cost_clock_test
} // namespace fairlead::cost
