/// Months and days by their names, in UTC, as AWS bills and as the ledger keeps them.
#pragma once

#include "cost/clock.hpp"

namespace fairlead::cost {

/// "2026-06" of any moment in it.
std::string month_name(Time time);

/// "2026-06-30" of any moment in it.
std::string day_name(Time time);

/// The first second of "2026-06"; nothing for what is no month.
std::optional<Time> read_month(std::string_view text);

/// The first second of "2026-06-30"; nothing for what is no day.
std::optional<Time> read_day(std::string_view text);

/// "2027-01" behind "2026-12". Of what is no month, nothing.
std::string month_behind(std::string_view month);

} // namespace fairlead::cost
