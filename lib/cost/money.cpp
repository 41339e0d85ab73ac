#include "cost/money.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace fairlead::cost {
namespace {

constexpr Wide most_wide = static_cast<Wide>(~static_cast<unsigned __int128>(0) >> 1);
constexpr std::int64_t nanos_per_cent = nanos_per_unit / 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// 10 times `value` plus a digit, negative where the text was: so the least number fits too.
bool append_digit(std::int64_t& value, char digit, bool negative) {
    const std::int64_t step = negative ? -(digit - '0') : digit - '0';
    return !__builtin_mul_overflow(value, std::int64_t{10}, &value) &&
           !__builtin_add_overflow(value, step, &value);
}

/// Rounded towards minus infinity.
Wide floored(Wide dividend, Wide divisor) {
    const Wide quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

/// The indices of `remainders`, the largest first, equal ones in their order.
std::vector<std::size_t> by_size(std::span<const Wide> remainders) {
    std::vector<std::size_t> order(remainders.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    return order;
}

std::unexpected<Error> too_large() {
    return fail(Code::C105, "an amount is larger than {} units of a currency",
                std::numeric_limits<std::int64_t>::max() / nanos_per_unit);
}

/// Digits with thousands apart: "3,120".
std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t end = digits.size(); end > 3; end -= 3)
        digits.insert(end - 3, 1, ',');
    return digits;
}

std::uint64_t magnitude(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? 0 - bits : bits;
}

} // namespace

std::optional<std::int64_t> read_decimal(std::string_view text, int places) {
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
    if (whole.empty() || (point != std::string_view::npos && fraction.empty()) ||
        !std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(fraction, is_digit))
        return std::nullopt;
    while (fraction.ends_with('0'))
        fraction.remove_suffix(1);
    if (fraction.size() > static_cast<std::size_t>(places))
        return std::nullopt;
    std::int64_t value = 0;
    std::string digits{whole};
    digits.append(fraction).append(static_cast<std::size_t>(places) - fraction.size(), '0');
    for (const char digit : digits)
        if (!append_digit(value, digit, negative))
            return std::nullopt;
    return value;
}

Result<Money> read_money(std::string_view text) {
    const auto nanos = read_decimal(text, 9);
    if (!nanos)
        return fail(Code::C105,
                    "'{}' is no amount; expected a decimal with at most nine places, such as "
                    "412.80",
                    printable(text));
    return Money{*nanos};
}

Result<HourlyPrice> read_price(std::string_view text) {
    const std::string_view whole = text.starts_with('.') ? "0" : ""; // spreadsheets write ".36"
    const auto picos = read_decimal(fmt::format("{}{}", whole, text), 12);
    if (!picos || *picos < 0)
        return fail(Code::C105,
                    "'{}' is no price; expected a decimal with at most twelve places, such as "
                    "0.0408",
                    printable(text));
    return HourlyPrice{*picos};
}

std::string show_nanos(Money amount) {
    const std::uint64_t nanos = magnitude(amount.nanos);
    return fmt::format("{}{}.{:09}", amount.nanos < 0 ? "-" : "", nanos / nanos_per_unit,
                       nanos % nanos_per_unit);
}

std::string show_nanos(Wide nanos) {
    const Wide size = nanos < 0 ? -nanos : nanos;
    return fmt::format("{}{}.{:09}", nanos < 0 ? "-" : "", size / nanos_per_unit,
                       size % nanos_per_unit);
}

std::string show_cents(Wide cents) {
    const Wide size = cents < 0 ? -cents : cents;
    return fmt::format("{}{}.{:02}", cents < 0 ? "-" : "", size / 100, size % 100);
}

std::string show_money(Money amount, std::string_view currency) {
    const auto cents = static_cast<std::int64_t>(divided(amount.nanos, nanos_per_cent));
    const std::uint64_t size = magnitude(cents);
    const bool dollars = currency == "USD";
    return fmt::format("{}{}{}.{:02}{}{}", cents < 0 ? "-" : "", dollars ? "$" : "",
                       grouped(size / 100), size % 100, dollars ? "" : " ",
                       dollars ? "" : currency);
}

Result<Money> sum(Money a, Money b) { return to_money(Wide{a.nanos} + b.nanos); }

Result<Money> sum(std::span<const Money> amounts) {
    Wide total = 0;
    for (const Money amount : amounts)
        total += amount.nanos;
    return to_money(total);
}

Wide greatest_divisor(Wide a, Wide b) {
    while (b != 0) {
        a %= b;
        std::swap(a, b);
    }
    return a;
}

std::optional<Wide> times(Wide a, Wide b) {
    const Wide size_a = a < 0 ? -a : a;
    const Wide size_b = b < 0 ? -b : b;
    if (size_a != 0 && size_b > most_wide / size_a)
        return std::nullopt;
    return a * b;
}

Wide divided(Wide dividend, Wide divisor) {
    const Wide down = floored(dividend, divisor);
    const Wide rest = dividend - down * divisor;
    const Wide to_up = divisor - rest;
    if (rest < to_up || (rest == to_up && down % 2 == 0))
        return down;
    return down + 1;
}

Result<Money> to_money(Wide nanos) {
    if (nanos > std::numeric_limits<std::int64_t>::max() ||
        nanos < std::numeric_limits<std::int64_t>::min())
        return too_large();
    return Money{static_cast<std::int64_t>(nanos)};
}

Result<std::vector<Money>> share_out(Money whole, std::span<const Wide> weights) {
    Wide total = 0, measure = 0;
    for (const Wide weight : weights) {
        if (weight < 0 || weight > most_wide - total)
            return too_large();
        total += weight;
        measure = greatest_divisor(weight, measure);
    }
    if (total == 0)
        return fail(Code::C105, "an amount cannot be divided among nothing");
    total /= measure;
    std::vector<Money> parts;
    std::vector<Wide> remainders;
    Wide left = whole.nanos;
    for (const Wide weight : weights) {
        const auto product = times(whole.nanos, weight / measure);
        if (!product)
            return too_large();
        const Wide part = floored(*product, total);
        parts.push_back({static_cast<std::int64_t>(part)});
        remainders.push_back(*product - part * total);
        left -= part;
    }
    for (const std::size_t index : by_size(remainders))
        if (left-- > 0)
            ++parts[index].nanos;
    return parts;
}

std::vector<Wide> divided_parts(std::span<const Wide> parts, Wide divisor) {
    std::vector<Wide> quotients, remainders;
    Wide total = 0, given = 0;
    for (const Wide part : parts) {
        quotients.push_back(floored(part, divisor));
        remainders.push_back(part - quotients.back() * divisor);
        total += part;
        given += quotients.back();
    }
    Wide left = divided(total, divisor) - given;
    for (const std::size_t index : by_size(remainders))
        if (left-- > 0)
            ++quotients[index];
    return quotients;
}

std::vector<Wide> in_cents(std::span<const Wide> nanos) {
    return divided_parts(nanos, nanos_per_cent);
}

} // namespace fairlead::cost
