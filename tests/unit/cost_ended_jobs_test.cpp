#include "cost/ended_jobs.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_ended_jobs_test {

Time at(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

const std::string header = "JobIDRaw|State|Start|End|AdminComment\n";

TEST(EndedJobs, AreThoseWithAnEnd) {
    const auto jobs = ended_jobs(header + "7|COMPLETED|100|160|\n"
                                          "8|RUNNING|100|Unknown|\n"
                                          "9|PENDING|Unknown|Unknown|\n");
    ASSERT_EQ(jobs.size(), 1u);
    EXPECT_EQ(jobs[0].job, 7u);
    EXPECT_EQ(jobs[0].begun, at(100));
    EXPECT_TRUE(jobs[0].ran);
    EXPECT_EQ(jobs[0].end, at(160));
    EXPECT_EQ(jobs[0].hold, std::nullopt);
}

TEST(EndedJobs, AJobThatNeverStartedIsOne) {
    for (const char* start : {"None", "Unknown", "0"}) {
        const auto jobs = ended_jobs(header + "7|CANCELLED by 5001|" + start + "|160|\n");
        ASSERT_EQ(jobs.size(), 1u) << start;
        EXPECT_EQ(jobs[0].begun, at(160));
        EXPECT_FALSE(jobs[0].ran);
    }
}

TEST(EndedJobs, SayTheirHold) {
    const auto jobs = ended_jobs(
        header + "7|COMPLETED|100|160|mine;fairlead-hold=00000000000000ff,at-most=1USD\n");
    ASSERT_EQ(jobs.size(), 1u);
    EXPECT_EQ(jobs[0].hold, 255u);
}

TEST(EndedJobs, LinesThatAreNoneAreLeftOut) {
    EXPECT_TRUE(ended_jobs("").empty());
    EXPECT_TRUE(ended_jobs("JobIDRaw|Start\n7|100\n").empty());
    EXPECT_TRUE(ended_jobs(header + "7.batch|COMPLETED|100|160|\n\n7|\nx|y|1|2|\n").empty());
}

} // namespace cost_ended_jobs_test
} // namespace fairlead::cost
