#include "submit/moment.hpp"

#include "base/words.hpp"
#include "submit/slurm_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace fairlead::submit {
namespace {

std::optional<int> number(std::string_view text) {
    int value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || text.front() == '-' || error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

struct Unit {
    std::string_view word;
    long seconds;
};

/// As far as they are written out: "now+1h" is refused by none of Slurm's commands.
constexpr std::array units{Unit{"seconds", 1}, Unit{"minutes", 60}, Unit{"hours", 3600},
                           Unit{"days", 86400}, Unit{"weeks", 604800}};

std::optional<long> unit_of(std::string_view word) {
    if (word.empty())
        return 1;
    for (const Unit& unit : units)
        if (unit.word.starts_with(word))
            return unit.seconds;
    return std::nullopt;
}

/// "+1hour", "-30", "+ 2 days"
std::optional<long> offset_of(std::string_view text) {
    if (text.empty())
        return 0;
    const bool back = text.front() == '-';
    if (!back && text.front() != '+')
        return std::nullopt;
    text = trimmed(text.substr(1));
    const std::size_t letters = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = number(text.substr(0, letters));
    const auto unit = unit_of(trimmed(text.substr(letters)));
    if (!count || !unit)
        return std::nullopt;
    return (back ? -1L : 1L) * *count * *unit;
}

/// A clock as hour, minute and second: "16:00", "4:30:15PM", "noon".
std::optional<std::array<int, 3>> clock_of(std::string word) {
    constexpr int noon = 12, fika = 15, teatime = 16;
    if (word == "midnight")
        return std::array{0, 0, 0};
    if (word == "noon")
        return std::array{noon, 0, 0};
    if (word == "fika")
        return std::array{fika, 0, 0};
    if (word == "teatime")
        return std::array{teatime, 0, 0};
    const bool before = word.ends_with("am"), after = word.ends_with("pm");
    if (before || after)
        word.resize(word.size() - 2);
    std::array<int, 3> clock{};
    const auto parts = split(trimmed(word), ':');
    if (parts.size() < 2 || parts.size() > clock.size())
        return std::nullopt;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto value = number(parts[i]);
        if (!value || *value >= (i == 0 ? 24 : 60))
            return std::nullopt;
        clock.at(i) = *value;
    }
    if ((before || after) && (clock[0] == 0 || clock[0] > noon))
        return std::nullopt;
    if (before || after)
        clock[0] = clock[0] % noon + (after ? noon : 0);
    return clock;
}

/// Year (unset where none is named), month and day of a date.
struct Date {
    std::optional<int> year;
    int month, day;
};

int full_year(int year) { return year < 100 ? year + 2000 : year; }

std::optional<Date> checked(std::optional<int> year, std::optional<int> month,
                            std::optional<int> day) {
    if (!month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31)
        return std::nullopt;
    return Date{year, *month, *day};
}

std::optional<Date> date_of(std::string_view word) {
    if (const auto parts = split(word, '-'); parts.size() == 3) {
        const auto year = number(parts[0]);
        return year ? checked(full_year(*year), number(parts[1]), number(parts[2])) : std::nullopt;
    }
    const char separator = word.contains('/') ? '/' : '.';
    const auto parts = split(word, separator);
    if (parts.size() == 3) {
        const auto year = number(parts[2]);
        return year ? checked(full_year(*year), number(parts[0]), number(parts[1])) : std::nullopt;
    }
    if (parts.size() == 2)
        return checked(std::nullopt, number(parts[0]), number(parts[1]));
    const auto year = word.size() == 6 ? number(word.substr(4)) : std::nullopt;
    return year ? checked(full_year(*year), number(word.substr(0, 2)), number(word.substr(2, 2)))
                : std::nullopt;
}

std::uint64_t seconds(std::tm when) {
    when.tm_isdst = -1;
    return static_cast<std::uint64_t>(std::max<std::time_t>(std::mktime(&when), 0));
}

std::tm local(std::time_t now) {
    std::tm when{};
    ::localtime_r(&now, &when);
    return when;
}

std::tm with_clock(std::tm when, const std::array<int, 3>& clock) {
    when.tm_hour = clock[0];
    when.tm_min = clock[1];
    when.tm_sec = clock[2];
    return when;
}

/// A time of day that is past is tomorrow's.
std::uint64_t next(const std::array<int, 3>& clock, std::time_t now) {
    std::tm when = with_clock(local(now), clock);
    if (seconds(when) < static_cast<std::uint64_t>(now))
        ++when.tm_mday;
    return seconds(when);
}

std::uint64_t at(const Date& date, const std::array<int, 3>& clock, std::time_t now) {
    std::tm when = with_clock(local(now), clock);
    when.tm_mon = date.month - 1;
    when.tm_mday = date.day;
    if (date.year)
        when.tm_year = *date.year - 1900;
    else if (seconds(when) < static_cast<std::uint64_t>(now))
        ++when.tm_year;
    return seconds(when);
}

std::optional<Date> day_from(std::time_t now, int days) {
    std::tm when = local(now);
    when.tm_mday += days;
    when.tm_isdst = -1;
    std::mktime(&when);
    return Date{when.tm_year + 1900, when.tm_mon + 1, when.tm_mday};
}

} // namespace

std::optional<std::uint64_t> read_moment(std::string_view text, std::time_t now) {
    const std::string word = lower(trimmed(text));
    if (word.starts_with("uts")) {
        const auto seconds = read_count(std::string_view(word).substr(3));
        return seconds ? std::optional<std::uint64_t>(*seconds) : std::nullopt;
    }
    if (word.starts_with("now")) {
        const auto offset = offset_of(trimmed(std::string_view(word).substr(3)));
        return offset ? std::optional(static_cast<std::uint64_t>(now + *offset)) : std::nullopt;
    }
    if (const auto clock = clock_of(word))
        return next(*clock, now);
    const std::size_t end = word.starts_with("t") ? word.find(' ') : word.find_first_of("t ");
    const std::string_view head = std::string_view(word).substr(0, end);
    const auto date = head == "today"      ? day_from(now, 0)
                      : head == "tomorrow" ? day_from(now, 1)
                                           : date_of(head);
    if (!date || end == std::string::npos)
        return date ? std::optional(at(*date, {}, now)) : std::nullopt;
    const auto clock = clock_of(word.substr(end + 1));
    return clock ? std::optional(at(*date, *clock, now)) : std::nullopt;
}

} // namespace fairlead::submit
