/// What an error of AWS means for the request, and how long to wait before the next try.
#pragma once

#include "aws/credentials.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace fairlead::aws {

/// Throttled, overloaded or broken for the moment. The codes are those that AWS's SDKs try again.
bool may_succeed_later(int status, std::string_view code);

/// Says that the time of the request was wrong, or what follows from that: the signature.
bool may_be_clock(std::string_view code);

/// Says that the credentials have ended. EC2's RequestExpired means that or the clock.
bool are_expired(std::string_view code);

/// What AWS's clock is ahead of `now` when that is more than it forgives (AWS refuses 15 minutes;
/// the SDKs correct from 4 on); null when not, or when `date` (of RFC 9110) is none.
std::optional<std::chrono::seconds> clock_offset(std::string_view date, WallTime now);

/// Before try `tries` + 1: full jitter up to 2^(tries-1) seconds, at most 20, at least 50 ms, and
/// no less than the Retry-After header (seconds; empty where there is none) asks for. `random` is
/// from 0 to below 1.
milliseconds pause_after(int tries, double random, std::string_view retry_after);

} // namespace fairlead::aws
