#include "submit/slurm_values.hpp"

#include "policy/job_request.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_slurm_values_test {

TEST(SubmitSlurmValues, Durations) {
    EXPECT_EQ(read_duration("90"), 5400u);
    EXPECT_EQ(read_duration("1:30"), 90u);
    EXPECT_EQ(read_duration("1-2:3:4"), 93784u);
    EXPECT_EQ(read_duration("1-"), 86400u);
    EXPECT_EQ(read_duration("0"), policy::unlimited);
    EXPECT_EQ(read_duration("-1"), policy::unlimited);
    EXPECT_FALSE(read_duration(""));
    EXPECT_FALSE(read_duration("1:2:3:4"));
    EXPECT_FALSE(read_duration("99999999999"));
    EXPECT_EQ(minutes_of(61), 2u);
    EXPECT_EQ(minutes_of(policy::unlimited), policy::unlimited);
}

TEST(SubmitSlurmValues, CountsHaveNeitherSignNorBlank) {
    EXPECT_EQ(read_count("4"), 4u);
    for (const char* text : {"", "0", "-1", "+1", " 1", "1 ", "1k", "4294967295"})
        EXPECT_FALSE(read_count(text)) << text;
}

TEST(SubmitSlurmValues, Nodes) {
    EXPECT_EQ(read_nodes("1k-2k").value().most, 2048u);
    EXPECT_EQ(read_nodes("5-9:2").value().least, 5u);
    for (const char* text : {"", "-", "4-2", "2-", "a", "9999999k", "1,"})
        EXPECT_FALSE(read_nodes(text)) << text;
}

TEST(SubmitSlurmValues, ArraysNeverOverflow) {
    EXPECT_EQ(read_array("0-1000000000"), 1000000001u);
    EXPECT_EQ(read_array("0-4294967279,0-4294967279"), 0xfffffff0u) << "no more than indexes";
    for (const char* text : {"", "x", "3-1", "1-5:0", ",", "-5", "5-", "1-5:", "1-2-3", "1[2]",
                             "0-99999999999999999999", "1%5,x"})
        EXPECT_FALSE(read_array(text)) << text;
}

TEST(SubmitSlurmValues, ArraysAreReadAsSlurmctldDoes) {
    EXPECT_EQ(read_array("1%5,2-1000"), 1000u);
    EXPECT_EQ(read_array("[1-100]"), 100u);
    EXPECT_EQ(read_array("[1-100]%7"), 100u);
    EXPECT_EQ(read_array(" 1- +100:2]"), 50u);
    EXPECT_EQ(read_array("1,,2"), 2u);
    EXPECT_EQ(read_array("1,1,1-3,2-10:4"), 5u) << "1, 2, 3, 6, 10";
    EXPECT_EQ(read_array("%3"), 1u) << "index 0";
}

TEST(SubmitSlurmValues, MailTypes) {
    EXPECT_EQ(read_mail_types("end,begin"), "BEGIN,END");
    EXPECT_EQ(read_mail_types("none"), "");
    EXPECT_FALSE(read_mail_types("sometimes"));
}

} // namespace submit_slurm_values_test
} // namespace fairlead::submit
