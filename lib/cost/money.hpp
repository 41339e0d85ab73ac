/// Exact money: whole nano-units of a currency. A product is rounded once, half to even; what is
/// divided is divided without loss; what does not fit is an error and never wraps.
#pragma once

#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

using Wide = __int128;

/// Nano-units of some currency; the currency is kept beside it.
struct Money {
    std::int64_t nanos = 0;
    auto operator<=>(const Money&) const = default;
};

inline constexpr std::int64_t nanos_per_unit = 1'000'000'000;

/// A price for an hour in units of 1e-12: EC2's price list has ten decimals.
struct HourlyPrice {
    std::int64_t picos = 0;
    auto operator<=>(const HourlyPrice&) const = default;
};

/// "-12.5" with at most `places` decimals that are not zero, as a whole number of 10^-places;
/// nothing where the text is no such number or does not fit.
std::optional<std::int64_t> read_decimal(std::string_view text, int places);

/// "412.8" as money, "0.0408000000" as a price. FL-C105.
Result<Money> read_money(std::string_view text);
Result<HourlyPrice> read_price(std::string_view text);

/// "412.800000000", always nine places.
std::string show_nanos(Money amount);

/// The same of a sum, which may be larger than money.
std::string show_nanos(Wide nanos);

/// "412.80" of 41280 cents.
std::string show_cents(Wide cents);

/// For people: "$3,120.00", "3,120.00 EUR".
std::string show_money(Money amount, std::string_view currency);

/// FL-C105 when it does not fit.
Result<Money> sum(Money a, Money b);
Result<Money> sum(std::span<const Money> amounts);

/// Of two numbers that are not negative; 0 for two zeros.
Wide greatest_divisor(Wide a, Wide b);

/// The product when it fits.
std::optional<Wide> times(Wide a, Wide b);

/// Rounded half to even; `divisor` is positive.
Wide divided(Wide dividend, Wide divisor);

/// FL-C105 when it does not fit.
Result<Money> to_money(Wide nanos);

/// Parts in the proportion of `weights` (none negative) that sum to `whole` exactly: each is
/// rounded down, and what is left goes one by one to the largest remainders, the first of equals
/// first. FL-C105 where all weights are zero or a product does not fit.
Result<std::vector<Money>> share_out(Money whole, std::span<const Wide> weights);

/// Each part divided by `divisor` so that they sum to the rounded quotient of their sum: rounded
/// down, and what is left goes one by one to the largest remainders, the first of equals first.
std::vector<Wide> divided_parts(std::span<const Wide> parts, Wide divisor);

/// Cents of each amount of nano-units that sum to the rounded total, so that printed rows add up.
/// Sums of many amounts of money fit as well.
std::vector<Wide> in_cents(std::span<const Wide> nanos);

} // namespace fairlead::cost
