#include "cost/months.hpp"

namespace fairlead::cost {

namespace {

void append_two(std::string& text, unsigned number) {
    text += static_cast<char>('0' + number / 10);
    text += static_cast<char>('0' + number % 10);
}

} // namespace

std::string month_name(Time time) { return day_name(time).substr(0, 7); }

/// By hand: every entry of the ledger has one.
std::string day_name(Time time) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    const int year = static_cast<int>(day.year());
    if (year < 0 || year > 9999)
        return show_time(time).substr(0, 10);
    std::string name;
    append_two(name, static_cast<unsigned>(year) / 100);
    append_two(name, static_cast<unsigned>(year) % 100);
    name += '-';
    append_two(name, static_cast<unsigned>(day.month()));
    name += '-';
    append_two(name, static_cast<unsigned>(day.day()));
    return name;
}

std::optional<Time> read_month(std::string_view text) {
    constexpr std::size_t length = 7;
    if (text.size() != length)
        return std::nullopt;
    return read_day(std::string(text) + "-01");
}

std::optional<Time> read_day(std::string_view text) {
    constexpr std::size_t length = 10;
    return text.size() == length ? read_time(text) : std::nullopt;
}

std::string month_behind(std::string_view month) {
    const auto start = read_month(month);
    return start ? month_name(month_after(*start)) : "";
}

} // namespace fairlead::cost
