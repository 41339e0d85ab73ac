#include "aws/retry.hpp"

#include <gtest/gtest.h>

namespace fairlead::aws {
namespace aws_retry_test {

using namespace std::chrono_literals;

// The codes that AWS's SDKs try again (botocore, retries/standard.py and data/_retry.json).
TEST(Retry, ThrottlingIsTriedAgain) {
    for (const char* code :
         {"RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException",
          "TooManyRequestsException", "SlowDown", "EC2ThrottledException", "BandwidthLimitExceeded",
          "RequestThrottled", "RequestThrottledException", "PriorRequestNotComplete",
          "ProvisionedThroughputExceededException", "LimitExceededException",
          "TransactionInProgressException", "RequestTimeout", "RequestTimeoutException"})
        EXPECT_TRUE(may_succeed_later(400, code)) << code;
}

TEST(Retry, WhatTheServerCouldNotDoIsTriedAgainWhateverItSays) {
    for (const int status : {429, 500, 502, 503, 504, 509})
        EXPECT_TRUE(may_succeed_later(status, "")) << status;
}

TEST(Retry, ARefusalIsNot) {
    for (const char* code : {"UnauthorizedOperation", "AuthFailure", "InvalidParameterValue", "",
                             "throttling", "ThrottlingX", "ExpiredToken", "OptInRequired"})
        EXPECT_FALSE(may_succeed_later(403, code)) << code;
    for (const int status : {301, 302, 400, 401, 403, 404, 405, 501})
        EXPECT_FALSE(may_succeed_later(status, "")) << status;
}

TEST(Retry, TellsTheClockFromTheCredentials) {
    EXPECT_TRUE(may_be_clock("RequestTimeTooSkewed"));
    EXPECT_TRUE(may_be_clock("SignatureDoesNotMatch"));
    EXPECT_TRUE(may_be_clock("RequestExpired"));
    EXPECT_FALSE(may_be_clock("ExpiredToken"));
    EXPECT_TRUE(are_expired("ExpiredToken"));
    EXPECT_TRUE(are_expired("ExpiredTokenException"));
    EXPECT_TRUE(are_expired("RequestExpired"));
    EXPECT_FALSE(are_expired("SignatureDoesNotMatch"));
    EXPECT_FALSE(are_expired("AuthFailure"));
}

TEST(Retry, PausesUpToTwiceAsLongEachTimeAndAtMost20Seconds) {
    EXPECT_EQ(pause_after(1, 0.5, ""), 500ms);
    EXPECT_EQ(pause_after(2, 0.5, ""), 1s);
    EXPECT_EQ(pause_after(3, 0.5, ""), 2s);
    EXPECT_EQ(pause_after(6, 0.5, ""), 10s);
    EXPECT_EQ(pause_after(1000000, 0.999, ""), 19980ms);
}

TEST(Retry, APauseIsNeverNone) { EXPECT_EQ(pause_after(5, 0.0, ""), 50ms); }

TEST(Retry, AnAskedPauseIsTheLeast) {
    EXPECT_EQ(pause_after(1, 0.5, "7"), 7s);
    EXPECT_EQ(pause_after(6, 0.5, "7"), 10s);
    for (const char* none :
         {"", "0", "-5", "7s", "Sat, 21 Nov 2026 09:00:00 GMT", "99999999999999", " 7", "0x7"})
        EXPECT_EQ(pause_after(1, 0.5, none), 500ms) << none;
}

TEST(Retry, AClockIsCorrectedFromFourMinutesOn) {
    const WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
    EXPECT_EQ(clock_offset("Sat, 21 Nov 2026 09:20:00 GMT", now), 1200s);
    EXPECT_EQ(clock_offset("Sat, 21 Nov 2026 08:30:00 GMT", now), -1800s);
    EXPECT_EQ(clock_offset("Sat, 21 Nov 2026 09:04:00 GMT", now), std::nullopt);
    EXPECT_EQ(clock_offset("Sat, 21 Nov 2026 08:56:00 GMT", now), std::nullopt);
    for (const char* none : {"", "yesterday", "Sat, 99 Nov 2026 99:00:00 GMT"})
        EXPECT_EQ(clock_offset(none, now), std::nullopt) << none;
}

} // namespace aws_retry_test
} // namespace fairlead::aws
