#include "state/job_presence.hpp"

#include "expect_error.hpp"
#include "state/job_state.hpp"
#include "state/paths.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::state {
namespace state_job_presence_test {

using test::succeeds;
using test::TempFolder;

constexpr JobId first{4711}, second{4712}, third{4713};

TEST(JobPresence, OfAJobAloneIsNotShared) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    EXPECT_FALSE(shared_node(run.path(), first));
}

TEST(JobPresence, OfTwoJobsIsSharedForBothEvenAfterOneEnded) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    ASSERT_TRUE(succeeds(mark_present(run.path(), second)));
    EXPECT_TRUE(shared_node(run.path(), second));
    ASSERT_TRUE(succeeds(remove_job_state(run.path(), second)));
    EXPECT_TRUE(shared_node(run.path(), first));
    ASSERT_TRUE(succeeds(remove_job_state(run.path(), first)));
    EXPECT_EQ(test::entries_in(run / "jobs"), 0u);
}

TEST(JobPresence, OfAJobThatCameAfterTheOthersEndIsNotShared) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    ASSERT_TRUE(succeeds(remove_job_state(run.path(), first)));
    ASSERT_TRUE(succeeds(mark_present(run.path(), second)));
    EXPECT_FALSE(shared_node(run.path(), second));
}

TEST(JobPresence, OfAJobInBetweenIsSharedForThoseItMetAlone) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    ASSERT_TRUE(succeeds(mark_present(run.path(), second)));
    ASSERT_TRUE(succeeds(remove_job_state(run.path(), first)));
    ASSERT_TRUE(succeeds(remove_job_state(run.path(), second)));
    ASSERT_TRUE(succeeds(mark_present(run.path(), third)));
    EXPECT_FALSE(shared_node(run.path(), third));
}

// The prolog of the other job may have come between its folder and its mark.
TEST(JobPresence, OfAJobBesideAFolderWithoutMarkIsShared) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    std::filesystem::create_directories(job_folder(run.path(), second));
    EXPECT_TRUE(shared_node(run.path(), first));
}

TEST(JobPresence, OfARequeuedJobForgetsItsEarlierRun) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    run.write("jobs/4711/shared", "");
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    EXPECT_FALSE(shared_node(run.path(), first));
}

TEST(JobPresence, IgnoresWhatIsNoJob) {
    const TempFolder run;
    run.write("jobs/readme", "");
    run.write("jobs/0/x", "");
    ASSERT_TRUE(succeeds(mark_present(run.path(), first)));
    EXPECT_FALSE(shared_node(run.path(), first));
}

TEST(JobPresence, ThatCannotBeMarkedIsAnError) {
    const TempFolder run;
    run.write("jobs", "a file");
    EXPECT_TRUE(test::fails_with(mark_present(run.path(), first), Code::X201));
}

} // namespace state_job_presence_test
} // namespace fairlead::state
