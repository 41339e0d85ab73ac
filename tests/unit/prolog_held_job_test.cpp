#include "prolog/held_job.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace prolog_held_job_test {

using Kind = StageAnswer::Kind;

const Error none{Code::S133, {}};
const std::string word = "fairlead-stage=7";

slurm::Job held_job() {
    slurm::Job job{};
    job.id = JobId{4711};
    job.admin_comment = "site;" + word + ";FL-S: held until its data is there";
    job.held = job.held_by_user = true;
    return job;
}

slurm::Job released_job() {
    slurm::Job job = held_job();
    job.held = job.held_by_user = false;
    return job;
}

TEST(HeldJob, OfAnotherStartIsNotHeldOrCancelledForThisOne) {
    slurm::Job job{};
    job.running = true;
    job.restarts = 2;
    EXPECT_FALSE(has_left(job, 2));
    EXPECT_TRUE(has_left(job, 1));
    job.running = false;
    EXPECT_TRUE(has_left(job, 2));
}

TEST(HeldJob, IsReleasedOnceItsDataIsThere) {
    const auto change = change_of(held_job(), "7", HeldEnd::Staged, none);
    ASSERT_TRUE(change);
    EXPECT_TRUE(change->release);
    EXPECT_EQ(change->comment, "site;FL-S: staged in while it was held");
}

TEST(HeldJob, StaysHeldByAnotherWhoHoldsItMeanwhile) {
    slurm::Job job = held_job();
    job.held_by_user = false;
    for (const HeldEnd end : {HeldEnd::Staged, HeldEnd::Left, HeldEnd::Refused}) {
        const auto change = change_of(job, "7", end, none);
        ASSERT_TRUE(change);
        EXPECT_FALSE(change->release);
        EXPECT_EQ(change->comment.find(word), std::string::npos);
    }
    EXPECT_FALSE(awaits_data(job));
    EXPECT_FALSE(has_stale_word(job)) << "its operator may release it again";
}

TEST(HeldJob, LosesTheWordOnceItIsReleased) {
    EXPECT_TRUE(has_stale_word(released_job()));
    EXPECT_EQ(released_comment(released_job()), "site;FL-S: its data comes in when it starts");
    const auto change = change_of(released_job(), "7", HeldEnd::Staged, none);
    ASSERT_TRUE(change);
    EXPECT_FALSE(change->release);
    EXPECT_EQ(change->comment, "site;FL-S: its data comes in when it starts");
}

TEST(HeldJob, ThatRanBeforeIsNeverReleased) {
    slurm::Job job = held_job();
    job.restarts = 1;
    EXPECT_FALSE(awaits_data(job));
    EXPECT_TRUE(has_stale_word(job));
    for (const HeldEnd end : {HeldEnd::Staged, HeldEnd::Left, HeldEnd::Refused})
        EXPECT_FALSE(change_of(job, "7", end, none)->release);
}

TEST(HeldJob, ThatRunsIsItsPrologs) {
    slurm::Job job = released_job();
    job.running = true;
    EXPECT_FALSE(has_stale_word(job) || awaits_data(job));
    EXPECT_FALSE(change_of(job, "7", HeldEnd::Staged, none));
}

TEST(HeldJob, OfAnotherSubmissionOrWithoutTheWordIsLeftAlone) {
    EXPECT_FALSE(change_of(held_job(), "8", HeldEnd::Staged, none));
    slurm::Job job = held_job();
    job.admin_comment = "site";
    EXPECT_FALSE(change_of(job, "7", HeldEnd::Staged, none));
    EXPECT_FALSE(awaits_data(job) || has_stale_word(job));
}

TEST(HeldJob, StaysHeldWithTheReasonWhereItsDataIsRefused) {
    const auto change =
        change_of(held_job(), "7", HeldEnd::Refused, {Code::S110, "s3://lab/a not found"});
    ASSERT_TRUE(change);
    EXPECT_FALSE(change->release);
    EXPECT_TRUE(change->comment.starts_with("site;FL-S110: s3://lab/a not found. Job 4711 held"));
}

TEST(HeldJob, IsRefusedOnlyForWhatIsCertainOfItsData) {
    const auto end = [](Code code, const char* sentence) {
        return end_of({Kind::Refused, {code, sentence}}, false);
    };
    EXPECT_EQ(end(Code::S110, "s3://lab/a not found"), HeldEnd::Refused);
    EXPECT_EQ(end(Code::S116, "s3://lab/a is archived"), HeldEnd::Refused);
    EXPECT_EQ(end(Code::S103, "s3://lab/ is not allowed"), HeldEnd::Refused);
}

// An unmounted folder, a missing role, an outage and an unreadable private.yaml are the service's.
TEST(HeldJob, IsLeftToItsNodesWhereTheServiceMayBeAtFault) {
    for (const Error& error :
         {Error{Code::S110, "/fsx/a: No such file or directory"}, Error{Code::S111, "/fsx/a: no"},
          Error{Code::S111, "s3://lab/a: AccessDenied"}, Error{Code::S112, "s3://lab/a: no answer"},
          Error{Code::S120, "no role"}, Error{Code::S123, "journal"}, Error{Code::S104, "no map"},
          Error{Code::X105, "private.yaml"}, Error{Code::S119, "too long"}})
        EXPECT_EQ(end_of({Kind::Refused, error}, false), HeldEnd::Left) << error.message;
    EXPECT_EQ(end_of({Kind::NodeFault, {Code::S121, "/fsx: I/O"}}, false), HeldEnd::Left);
    EXPECT_EQ(end_of({Kind::Refused, {Code::S122, "taken over"}}, false), HeldEnd::Nobodys);
}

TEST(HeldJob, ThatMayRunWithoutItsDataIsNotCalledStaged) {
    EXPECT_EQ(end_of({Kind::Ready}, true), HeldEnd::Staged);
    EXPECT_EQ(end_of({Kind::Ready}, false), HeldEnd::Left);
    EXPECT_EQ(change_of(held_job(), "7", HeldEnd::Left, none)->comment,
              "site;FL-S: its data comes in when it starts");
}

} // namespace prolog_held_job_test
} // namespace fairlead::prolog
