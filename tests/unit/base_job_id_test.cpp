#include "base/job_id.hpp"

#include <gtest/gtest.h>

namespace fairlead {
namespace base_job_id_test {

TEST(JobId, IsReadFromDigits) {
    EXPECT_EQ(parse_job_id("1"), JobId{1});
    EXPECT_EQ(parse_job_id("4711"), JobId{4711});
}

TEST(JobId, OfAFederationUsesTheHighBits) {
    EXPECT_EQ(parse_job_id("67108863"), JobId{0x03ff'ffff});
    EXPECT_EQ(parse_job_id("67108870"), JobId{67108870});
}

TEST(JobId, ZeroAndSlurmsReservedValuesAreNone) {
    for (const std::string_view text : {"0", "00", "4294967294", "4294967295", "4294967297",
                                        "18446744073709551617", "99999999999999999999999999"})
        EXPECT_FALSE(parse_job_id(text)) << text;
}

TEST(JobId, NothingButDigitsPasses) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {""sv, " 1"sv, "1 "sv, "1\n"sv, "+1"sv, "-1"sv, "0x10"sv, "1e3"sv, "1.0"sv, "1_2"sv,
          "../1"sv, "1/../../etc"sv, "1\0"sv, "\0"sv, "\xd9\xa1"sv, "12a"sv})
        EXPECT_FALSE(parse_job_id(text)) << text;
}

TEST(JobId, LeadingZerosNameTheSameJob) { EXPECT_EQ(parse_job_id("0042"), JobId{42}); }

TEST(JobId, ReadsNoFurtherThanTheTextItIsGiven) {
    EXPECT_EQ(parse_job_id(std::string_view("123456").substr(0, 3)), JobId{123});
}

} // namespace base_job_id_test
} // namespace fairlead
