#include "aws/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <curl/curl.h>
#include <string>

namespace fairlead::aws {
namespace {

using namespace std::chrono_literals;

constexpr std::array passing_codes{
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "InternalError",
    "InternalFailure",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "Unavailable",
};
constexpr std::array clock_codes{
    "AuthFailure",        "InvalidSignatureException", "RequestExpired",
    "RequestInTheFuture", "RequestTimeTooSkewed",      "SignatureDoesNotMatch",
};
constexpr std::array expired_codes{"ExpiredToken", "ExpiredTokenException", "RequestExpired"};

bool has(const auto& codes, std::string_view code) {
    return std::ranges::find(codes, code) != codes.end();
}

} // namespace

bool may_succeed_later(int status, std::string_view code) {
    constexpr std::array statuses{429, 500, 502, 503, 504, 509};
    return std::ranges::find(statuses, status) != statuses.end() || has(passing_codes, code);
}

bool may_be_clock(std::string_view code) { return has(clock_codes, code); }

bool are_expired(std::string_view code) { return has(expired_codes, code); }

std::optional<std::chrono::seconds> clock_offset(std::string_view date, WallTime now) {
    constexpr auto forgiven = 4min;
    const std::time_t there = curl_getdate(std::string(date).c_str(), nullptr);
    if (there <= 0)
        return std::nullopt;
    const auto offset = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::from_time_t(there) - now);
    if (std::chrono::abs(offset) <= forgiven)
        return std::nullopt;
    return offset;
}

milliseconds pause_after(int tries, double random, std::string_view retry_after) {
    constexpr double longest = 20000;
    const double most = std::min(longest, 1000 * std::exp2(std::clamp(tries - 1, 0, 10)));
    milliseconds pause{static_cast<milliseconds::rep>(random * most)};
    int asked = 0;
    const char* end = retry_after.data() + retry_after.size();
    const auto [stop, error] = std::from_chars(retry_after.data(), end, asked);
    if (error == std::errc{} && stop == end && asked > 0)
        pause = std::max<milliseconds>(pause, std::chrono::seconds(asked));
    return std::max<milliseconds>(pause, 50ms);
}

} // namespace fairlead::aws
