#include "stage/job_end.hpp"

#include <gtest/gtest.h>
#include <string>

namespace fairlead::stage {
namespace stage_job_end_test {

constexpr JobId job{12};

std::string line(const std::string& state, const std::string& name = "a") {
    return "JobId=12 JobName=" + name + " UserId=ada(5001) GroupId=g(1) Nice=0 JobState=" + state +
           " Reason=None Requeue=1 Restarts=3 BatchFlag=1\n";
}

TEST(StageJobEnd, IsReadFromScontrol) {
    const auto running = read_job_end(line("RUNNING"), job);
    ASSERT_TRUE(running);
    EXPECT_TRUE(running->active);
    EXPECT_EQ(running->restarts, 3);
    EXPECT_TRUE(read_job_end(line("COMPLETING"), job)->active);
    EXPECT_TRUE(read_job_end(line("PENDING"), job)->waits);
    EXPECT_TRUE(read_job_end(line("COMPLETED"), job)->succeeded);
    const auto failed = read_job_end(line("NODE_FAIL"), job);
    EXPECT_FALSE(failed->active || failed->waits || failed->succeeded);
}

TEST(StageJobEnd, OfAnArrayIsThatOfItsTask) {
    std::string other = line("COMPLETED");
    other.replace(0, 8, "JobId=13");
    EXPECT_TRUE(read_job_end(other + line("RUNNING"), job)->active);
    EXPECT_FALSE(read_job_end(other, job));
}

TEST(StageJobEnd, IsNotReadFromAName) {
    EXPECT_TRUE(read_job_end(line("RUNNING", "x JobState=COMPLETED"), job)->active);
    EXPECT_FALSE(read_job_end("JobId=12 JobName=a", job));
    EXPECT_FALSE(read_job_end("", job));
}

} // namespace stage_job_end_test
} // namespace fairlead::stage
