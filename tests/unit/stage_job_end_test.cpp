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
    EXPECT_FALSE(running->ended);
    EXPECT_EQ(running->restarts, 3);
    const auto completed = read_job_end(line("COMPLETED"), job);
    EXPECT_TRUE(completed->ended && completed->succeeded);
}

TEST(StageJobEnd, IsOneOfTheFinalStates) {
    for (const char* state : {"CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED",
                              "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "REVOKED"}) {
        const auto end = read_job_end(line(state), job);
        EXPECT_TRUE(end->ended && !end->succeeded) << state;
    }
}

TEST(StageJobEnd, IsNoneInAStateThatIsNotKnownToBeFinal) {
    for (const char* state :
         {"PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "CONFIGURING", "COMPLETING",
          "SUSPENDED", "STAGE_OUT", "EXPEDITING", "SOMETHING_NEW"})
        EXPECT_FALSE(read_job_end(line(state), job)->ended) << state;
}

TEST(StageJobEnd, OfAnArrayIsThatOfItsTask) {
    std::string other = line("COMPLETED");
    other.replace(0, 8, "JobId=13");
    EXPECT_FALSE(read_job_end(other + line("RUNNING"), job)->ended);
    EXPECT_FALSE(read_job_end(other, job));
}

TEST(StageJobEnd, IsNotReadFromAName) {
    EXPECT_FALSE(read_job_end(line("RUNNING", "x JobState=COMPLETED"), job)->ended);
    EXPECT_FALSE(read_job_end("JobId=12 JobName=a", job));
    EXPECT_FALSE(read_job_end("", job));
}

TEST(StageJobEnd, IsUnknownOnlyWhereSlurmctldSaysSo) {
    EXPECT_TRUE(says_unknown_job("slurm_load_jobs error: Invalid job id specified\n"));
    EXPECT_FALSE(says_unknown_job("slurm_load_jobs error: Unable to contact slurm controller"));
    EXPECT_FALSE(says_unknown_job("Slurmctld(primary) at a is DOWN\nSlurmctld(backup) is UP"));
    EXPECT_FALSE(says_unknown_job(""));
}

const JobRun run{job, 1, "1763790000000000000"};

TEST(StageJobEnd, IsThatOfTheLastRunWithNodesInSacct) {
    const std::string lines = "12|1763790001|n1|NODE_FAIL\n12|1763790100|n2|COMPLETED\n";
    EXPECT_EQ(read_accounted_success(lines, run), true);
    EXPECT_EQ(
        read_accounted_success(lines + "12|1763790200|None assigned|CANCELLED by 5001\n", run),
        true);
    EXPECT_EQ(read_accounted_success(lines + "12|1763790200|n1|CANCELLED by 5001\n", run), false);
    EXPECT_EQ(read_accounted_success(
                  "12|1763790001|n1|REQUEUED\n12|1763790100|None assigned|CANCELLED\n", run),
              false);
}

TEST(StageJobEnd, IsNotKnownWhereSacctDoesNotSay) {
    EXPECT_EQ(read_accounted_success("", run), std::nullopt);
    EXPECT_EQ(read_accounted_success("sacct: error: no", run), std::nullopt);
    EXPECT_EQ(read_accounted_success("12|1763790100|n1|RUNNING\n", run), std::nullopt);
    EXPECT_EQ(read_accounted_success("12|1763790100|n1|EXPEDITING\n", run), std::nullopt);
    EXPECT_EQ(read_accounted_success("13|1763790100|n1|COMPLETED\n", run), std::nullopt);
    // An earlier job of the same number.
    EXPECT_EQ(read_accounted_success("12|1763700000|n1|COMPLETED\n", run), std::nullopt);
    EXPECT_EQ(read_accounted_success("12|Unknown|n1|COMPLETED\n", run), std::nullopt);
}

} // namespace stage_job_end_test
} // namespace fairlead::stage
