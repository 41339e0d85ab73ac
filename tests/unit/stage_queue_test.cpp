#include "expect_error.hpp"
#include "stage/claim.hpp"
#include "stage/queue.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_queue_test {

using test::fails_with;
using test::succeeds;

ExportPlan plan_of(std::uint32_t job, int restart, std::string id) {
    return {{JobId{job}, restart, std::move(id)},
            "c",
            {2001, 2001, {2001, 3001}},
            {{.direction = Direction::Out,
              .source = "/r",
              .destination = "s3://lab/r",
              .when = When::Success}}};
}

struct StageQueue : testing::Test {
    void plan(const ExportPlan& plan) {
        ASSERT_TRUE(succeeds(make_places(folder.path(), plan.run.job)));
        ASSERT_TRUE(succeeds(write_plan(folder.path(), plan)));
    }
    test::TempFolder folder;
};

TEST_F(StageQueue, TakesWhatWasPlanned) {
    const ExportPlan written = plan_of(7, 1, "17");
    plan(written);
    EXPECT_EQ(planned(folder.path()), std::vector{written.run});
    EXPECT_EQ(enqueue(folder.path(), written.run), true);
    EXPECT_TRUE(planned(folder.path()).empty());
    EXPECT_EQ(queued(folder.path()), std::vector{written.run});
    const auto read = read_plan(queued_file(folder.path(), written.run));
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->run, written.run);
    EXPECT_EQ(read->cluster, "c");
    EXPECT_EQ(read->owner.groups, written.owner.groups);
    EXPECT_EQ(read->transfers, written.transfers);
}

TEST_F(StageQueue, TakesItOnceHoweverManyNodesSayIt) {
    const ExportPlan written = plan_of(7, 1, "17");
    plan(written);
    EXPECT_EQ(enqueue(folder.path(), written.run), true);
    EXPECT_EQ(enqueue(folder.path(), written.run), false);
    EXPECT_EQ(queued(folder.path())->size(), 1U);
}

TEST_F(StageQueue, IsInTheOrderOfSubmission) {
    for (const ExportPlan& each : {plan_of(9, 0, "20"), plan_of(8, 1, "3"), plan_of(8, 0, "3")}) {
        plan(each);
        ASSERT_EQ(enqueue(folder.path(), each.run), true);
    }
    const auto runs = queued(folder.path());
    ASSERT_EQ(runs->size(), 3U);
    EXPECT_EQ(runs->at(0).restart, 0);
    EXPECT_EQ(runs->at(1).restart, 1);
    EXPECT_EQ(runs->at(2).id, "20");
}

TEST_F(StageQueue, KeepsWhatFailsAndLetsGoWhatIsDone) {
    const ExportPlan written = plan_of(7, 0, "17");
    plan(written);
    ASSERT_EQ(enqueue(folder.path(), written.run), true);
    ASSERT_TRUE(succeeds(write_retry(folder.path(), written.run, after_failure({}, 100, "why"))));
    EXPECT_EQ(read_retry(folder.path(), written.run).due, 130);
    EXPECT_EQ(read_retry(folder.path(), written.run).message, "why");
    ASSERT_TRUE(succeeds(finish(folder.path(), written.run)));
    EXPECT_TRUE(queued(folder.path())->empty());
    EXPECT_TRUE(std::filesystem::exists(exported_file(folder.path(), written.run)));
    EXPECT_EQ(read_retry(folder.path(), written.run).tries, 0);
}

TEST_F(StageQueue, IgnoresWhatIsNoneOfIts) {
    folder.write("stage/queue/7.0.17.json.Xyz123", "");
    folder.write("stage/queue/readme", "");
    EXPECT_TRUE(queued(folder.path())->empty());
    const test::TempFolder empty;
    EXPECT_TRUE(queued(empty.path())->empty());
}

TEST_F(StageQueue, KnowsALaterStartThatHasPlanned) {
    const ExportPlan first = plan_of(7, 0, "17"), second = plan_of(7, 1, "17");
    plan(first);
    plan(plan_of(7, 2, "18")); // another submission of the same number
    EXPECT_FALSE(planned_again(folder.path(), first.run));
    folder.write("stage/jobs/7/1.17.json", ""); // it has begun to stage in
    EXPECT_FALSE(planned_again(folder.path(), first.run));
    plan(second);
    EXPECT_TRUE(planned_again(folder.path(), first.run));
    EXPECT_FALSE(planned_again(folder.path(), second.run));
    ASSERT_EQ(enqueue(folder.path(), second.run), true);
    EXPECT_TRUE(planned_again(folder.path(), first.run));
    ASSERT_TRUE(succeeds(finish(folder.path(), second.run)));
    EXPECT_TRUE(planned_again(folder.path(), first.run));
}

TEST_F(StageQueue, KeepsWhatIsKnownOfARunWhenItFailsAgain) {
    const ExportPlan written = plan_of(7, 0, "17");
    plan(written);
    ASSERT_TRUE(succeeds(write_retry(folder.path(), written.run,
                                     {.succeeded = true, .always_done = true, .together = 4})));
    const Retry kept = after_failure(read_retry(folder.path(), written.run), 100, "why");
    ASSERT_TRUE(succeeds(write_retry(folder.path(), written.run, kept)));
    EXPECT_EQ(read_retry(folder.path(), written.run).succeeded, true);
    EXPECT_TRUE(read_retry(folder.path(), written.run).always_done);
    EXPECT_EQ(read_retry(folder.path(), written.run).together, 4);
    ASSERT_TRUE(succeeds(write_retry(folder.path(), written.run, {})));
    EXPECT_EQ(read_retry(folder.path(), written.run).succeeded, std::nullopt);
    EXPECT_FALSE(read_retry(folder.path(), written.run).always_done);
}

TEST(StageRetry, WaitsTwiceAsLongEachTimeUpToAnHour) {
    Retry retry;
    for (const std::time_t wait : {30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600}) {
        retry = after_failure(retry, 1000, "");
        EXPECT_EQ(retry.due, 1000 + wait);
    }
}

} // namespace stage_queue_test
} // namespace fairlead::stage
