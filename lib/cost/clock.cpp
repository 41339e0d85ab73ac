#include "cost/clock.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <date/tz.h>
#include <filesystem>
#include <stdexcept>

namespace fairlead::cost {
namespace {

using std::chrono::local_seconds;
using std::chrono::seconds;

constexpr int first_year = 1970, last_year = 2262; // what int64 holds in nanoseconds

/// What a clock shows, and how far it is from UTC where the text says so.
struct Reading {
    local_seconds clock;
    std::optional<seconds> offset;
};

/// A text being read from its front; `fine` stays false from the first mismatch on.
struct Cursor {
    std::string_view rest;
    bool fine = true;

    int number(std::size_t digits, int most) {
        int value = 0;
        if (rest.size() < digits || !std::ranges::all_of(rest.substr(0, digits), [](char c) {
                return c >= '0' && c <= '9';
            }))
            fine = false;
        else
            std::from_chars(rest.data(), rest.data() + digits, value);
        fine = fine && value <= most;
        rest.remove_prefix(fine ? digits : rest.size());
        return value;
    }

    bool takes(char c) {
        const bool there = rest.starts_with(c);
        rest.remove_prefix(there ? 1 : 0);
        return there;
    }

    void must(char c) { fine = takes(c) && fine; }
};

std::optional<local_seconds> read_day(Cursor& text) {
    using namespace std::chrono;
    const int y = text.number(4, last_year - 1);
    text.must('-');
    const int m = text.number(2, 12);
    text.must('-');
    const int d = text.number(2, 31);
    const year_month_day day{year(y), month(static_cast<unsigned>(m)),
                             std::chrono::day(static_cast<unsigned>(d))};
    if (!text.fine || !day.ok() || y < first_year)
        return std::nullopt;
    return local_days(day);
}

seconds read_hours(Cursor& text) {
    using namespace std::chrono;
    const hours h(text.number(2, 23));
    text.must(':');
    const minutes m(text.number(2, 59));
    return h + m + seconds(text.takes(':') ? text.number(2, 59) : 0);
}

/// "Z", "+02:00" or "+0200"; nothing where the text ends.
std::optional<seconds> read_offset(Cursor& text) {
    using namespace std::chrono;
    if (text.rest.empty())
        return std::nullopt;
    if (text.takes('Z'))
        return seconds(0);
    const bool west = text.takes('-');
    if (!west)
        text.must('+');
    const hours h(text.number(2, 15));
    text.takes(':');
    const seconds size = h + minutes(text.number(2, 59));
    return west ? -size : size;
}

std::optional<Reading> read_clock(std::string_view text) {
    Cursor cursor{text};
    const auto day = read_day(cursor);
    if (!day)
        return std::nullopt;
    if (cursor.rest.empty())
        return Reading{*day, std::nullopt};
    if (!cursor.takes('T'))
        cursor.must(' ');
    const seconds since_midnight = read_hours(cursor);
    const auto offset = read_offset(cursor);
    if (!cursor.fine || !cursor.rest.empty())
        return std::nullopt;
    return Reading{*day + since_midnight, offset};
}

Time in_utc(local_seconds clock) { return Time(clock.time_since_epoch()); }

/// Seconds since 1970, of a time from 2001 on: a number with fewer digits is something else.
std::optional<Time> read_epoch(std::string_view text) {
    constexpr std::size_t digits = 10;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != digits || error != std::errc{} || end != text.data() + text.size() ||
        value < 0)
        return std::nullopt;
    return Time(seconds(value));
}

/// The zone of "/usr/share/zoneinfo/Europe/Berlin", or of a link to it such as /etc/localtime.
const date::time_zone* zone_of_file(const std::filesystem::path& path) {
    constexpr std::string_view folder = "/zoneinfo/", posix = "posix/";
    std::error_code error;
    const std::string real = std::filesystem::canonical(path, error).native();
    const std::size_t place = real.find(folder);
    if (place == std::string::npos && path == "/etc/localtime")
        return date::current_zone();
    std::string_view name =
        place == std::string::npos ? "" : std::string_view(real).substr(place + folder.size());
    name.remove_prefix(name.starts_with(posix) ? posix.size() : 0);
    return date::locate_zone(name);
}

/// "UTC0", "JST-9" or "<+0530>-5:30": how far the clock is before UTC. Nothing for other texts, and
/// for those with summer time, whose days each system guesses otherwise.
std::optional<seconds> fixed_offset(std::string_view text) {
    const bool quoted = text.starts_with('<');
    const std::size_t name = quoted ? std::min(text.find('>'), text.size() - 1) + 1
                                    : std::min(text.find_first_of("+-0123456789"), text.size());
    Cursor cursor{text.substr(name)};
    const bool east = cursor.takes('-');
    if (!east)
        cursor.takes('+');
    const bool two = cursor.rest.size() > 1 && cursor.rest[1] != ':';
    const std::chrono::hours h(cursor.number(two ? 2 : 1, 24));
    const std::chrono::minutes m(cursor.takes(':') ? cursor.number(2, 59) : 0);
    const seconds west = h + m + seconds(cursor.takes(':') ? cursor.number(2, 59) : 0);
    const bool letters = quoted || std::ranges::all_of(text.substr(0, name), [](char letter) {
                             return (letter | 0x20) >= 'a' && (letter | 0x20) <= 'z';
                         });
    if (name < 3 || !letters || !cursor.fine || !cursor.rest.empty())
        return std::nullopt;
    return east ? west : -west;
}

/// What TZ says, without the colon that it may begin with; UTC where it is empty.
std::optional<std::string> zone_in_environment() {
    const char* named = std::getenv("TZ"); // NOLINT(concurrency-mt-unsafe): nothing writes it
    if (!named)
        return std::nullopt;
    const std::string name = named + (*named == ':' ? 1 : 0);
    return name.empty() ? "UTC" : name;
}

} // namespace

std::optional<Time> read_time(std::string_view text) {
    const auto reading = read_clock(text);
    if (!reading)
        return std::nullopt;
    return in_utc(reading->clock) - reading->offset.value_or(seconds(0));
}

std::string show_time(Time time) {
    using namespace std::chrono;
    const sys_days day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Time month_of(Time time) {
    using namespace std::chrono;
    const year_month_day day(floor<days>(time));
    return sys_days(day.year() / day.month() / 1);
}

Time month_after(Time time) {
    using namespace std::chrono;
    const year_month_day day(floor<days>(time));
    return sys_days(day.year() / day.month() / 1 + months(1));
}

Result<Zone> Zone::find(const std::string& name) {
    const auto environment = name == "local" ? zone_in_environment() : std::nullopt;
    const std::string wanted = environment.value_or(name);
    try {
        if (wanted.starts_with('/'))
            return Zone(zone_of_file(wanted));
        return Zone(name == "local" && !environment ? date::current_zone()
                                                    : date::locate_zone(wanted));
    } catch (const std::runtime_error&) {
        // The sign is turned round in TZ: whoever writes --tz UTC+2 means the other direction.
        const auto offset = fixed_offset(wanted);
        if (offset && (environment || *offset == seconds(0)))
            return Zone(*offset);
        return fail(Code::X301,
                    "the time zone '{}'{} is not known; expected UTC, local, a name such as "
                    "Europe/Berlin, its file, or a fixed one such as UTC0: name it with --tz",
                    printable(wanted), environment ? " of the variable TZ" : "");
    }
}

std::optional<Moments> Zone::read(std::string_view text) {
    if (const auto epoch = read_epoch(text))
        return Moments{*epoch, *epoch};
    const auto reading = read_clock(text);
    if (!reading)
        return std::nullopt;
    if (!reading->offset)
        return moments(reading->clock);
    const Time time = in_utc(reading->clock) - *reading->offset;
    return Moments{time, time};
}

std::optional<Moments> Zone::moments(local_seconds clock) {
    using date::local_info;
    constexpr std::chrono::days margin(2);
    if (clock < first_ || clock >= last_) {
        const auto info = zone_->get_info(date::local_seconds(clock.time_since_epoch()));
        const Time first = in_utc(clock) - info.first.offset;
        if (info.result == local_info::ambiguous)
            return Moments{first, in_utc(clock) - info.second.offset};
        if (info.result == local_info::nonexistent)
            return std::nullopt;
        offset_ = info.first.offset;
        // Away from its ends, where the clock repeats or skips.
        first_ = local_seconds((info.first.begin + offset_).time_since_epoch()) + margin;
        last_ = local_seconds((info.first.end + offset_).time_since_epoch()) - margin;
        return Moments{first, first};
    }
    return Moments{in_utc(clock) - offset_, in_utc(clock) - offset_};
}

} // namespace fairlead::cost
