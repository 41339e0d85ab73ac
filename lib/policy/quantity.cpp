#include "policy/quantity.hpp"

#include "policy/job_request.hpp"

#include <array>
#include <charconv>
#include <ctime>
#include <fmt/core.h>
#include <vector>

namespace fairlead::policy {
namespace {

using Number = std::optional<std::uint64_t>;

constexpr std::uint64_t minute = 60, hour = 3600, day = 86400, kibibytes = 1024;
/// Far above what Slurm holds (32 bits), and no sum of products of it overflows.
constexpr std::uint64_t most = std::uint64_t{1} << 40;

Number digits(std::string_view text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value > most)
        return std::nullopt;
    return value;
}

/// "12:30:15" as its numbers; nothing where one is none.
std::optional<std::vector<std::uint64_t>> fields_of(std::string_view text) {
    std::vector<std::uint64_t> fields;
    for (;;) {
        const std::size_t colon = text.find(':');
        const Number number = digits(text.substr(0, colon));
        if (!number)
            return std::nullopt;
        fields.push_back(*number);
        if (colon == std::string_view::npos)
            return fields;
        text.remove_prefix(colon + 1);
    }
}

Number rounded(std::uint64_t seconds) { return (seconds + minute - 1) / minute; }

/// D-H[:M[:S]]
Number days_form(std::string_view days, std::string_view rest) {
    constexpr std::array units{hour, minute, std::uint64_t{1}};
    const Number whole = digits(days);
    const auto fields = fields_of(rest);
    if (!whole || !fields || fields->size() > units.size())
        return std::nullopt;
    std::uint64_t seconds = *whole * day;
    for (std::size_t i = 0; i < fields->size(); ++i)
        seconds += (*fields)[i] * units.at(i);
    return rounded(seconds);
}

/// M, M:S, H:M:S
Number clock_form(std::string_view text) {
    const auto fields = fields_of(text);
    if (!fields || fields->size() > 3)
        return std::nullopt;
    if (fields->size() == 1)
        return fields->front();
    std::uint64_t seconds = 0;
    for (const std::uint64_t field : *fields)
        seconds = seconds * 60 + field;
    return rounded(seconds);
}

Number with_suffix(std::string_view text) {
    const Number number = digits(text.substr(0, text.size() - 1));
    if (!number)
        return std::nullopt;
    switch (text.back()) {
    case 's':
        return rounded(*number);
    case 'm':
        return number;
    case 'h':
        return *number * (hour / minute);
    case 'd':
        return *number * (day / minute);
    default:
        return std::nullopt;
    }
}

Number read_minutes(std::string_view text) {
    if (text == "unlimited")
        return unlimited;
    if (text.empty())
        return std::nullopt;
    if (const std::size_t dash = text.find('-'); dash != std::string_view::npos)
        return days_form(text.substr(0, dash), text.substr(dash + 1));
    if (text.back() < '0' || text.back() > '9')
        return with_suffix(text);
    return clock_form(text);
}

Number read_mebibytes(std::string_view text) {
    if (text == "all")
        return unlimited;
    if (text.empty())
        return std::nullopt;
    const std::string_view head = text.substr(0, text.size() - 1);
    const auto times = [&](std::uint64_t factor) {
        const Number number = digits(head);
        return number ? Number(*number * factor) : std::nullopt;
    };
    switch (text.back()) {
    case 'K':
        if (const Number number = digits(head))
            return (*number + kibibytes - 1) / kibibytes;
        return std::nullopt;
    case 'M':
        return digits(head);
    case 'G':
        return times(kibibytes);
    case 'T':
        return times(kibibytes * kibibytes);
    default:
        return digits(text);
    }
}

Number read_moment(const std::string& text) {
    for (const char* form : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"}) {
        std::tm utc{};
        const char* end = ::strptime(text.c_str(), form, &utc);
        if (const std::time_t seconds = ::timegm(&utc); end && !*end && seconds >= 0)
            return static_cast<std::uint64_t>(seconds);
    }
    return std::nullopt;
}

std::string show_moment(std::uint64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm utc{};
    if (!::gmtime_r(&time, &utc))
        return fmt::format("{}", seconds);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string show_minutes(std::uint64_t minutes) {
    constexpr std::uint64_t day_minutes = day / minute;
    const std::string clock =
        fmt::format("{:02}:{:02}:00", minutes % day_minutes / 60, minutes % 60);
    return minutes < day_minutes ? clock : fmt::format("{}-{}", minutes / day_minutes, clock);
}

} // namespace

std::optional<std::uint64_t> read_quantity(std::string_view text, Unit unit) {
    switch (unit) {
    case Unit::Minutes:
        return read_minutes(text);
    case Unit::Mebibytes:
        return read_mebibytes(text);
    case Unit::Moment:
        return read_moment(std::string(text));
    case Unit::Count:
        break;
    }
    return digits(text);
}

std::string show_quantity(std::uint64_t value, Unit unit) {
    if (unit == Unit::Minutes)
        return value == unlimited ? "unlimited" : show_minutes(value);
    if (unit == Unit::Count)
        return fmt::format("{}", value);
    if (unit == Unit::Moment)
        return show_moment(value);
    if (value == unlimited)
        return "all";
    return value % kibibytes == 0 && value > 0 ? fmt::format("{}G", value / kibibytes)
                                               : fmt::format("{}M", value);
}

std::string_view forms_of(Unit unit) {
    switch (unit) {
    case Unit::Minutes:
        return "a time such as 24h, 30m, 2-12:00:00 or unlimited";
    case Unit::Mebibytes:
        return "a size such as 512M, 4G, 1T or all";
    case Unit::Moment:
        return "a moment of UTC such as 2026-11-30 or 2026-11-30T08:00:00Z";
    case Unit::Count:
        break;
    }
    return "a number";
}

} // namespace fairlead::policy
