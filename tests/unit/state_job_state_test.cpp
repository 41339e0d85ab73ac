#include "state/job_state.hpp"

#include "expect_error.hpp"
#include "state/paths.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::state {
namespace state_job_state_test {

namespace fs = std::filesystem;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

constexpr JobId job{4711};

Result<std::string> read_text(const std::string& text) {
    const TempFolder run;
    run.write("jobs/4711/refused.json", text);
    return read_refusal(run.path(), job);
}

TEST(JobState, OfAReadyJobHoldsNothingAgainstIt) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, std::nullopt})));
    EXPECT_TRUE(fails_with(read_refusal(run.path(), job), Code::X101));
    const auto record = nlohmann::json::parse(test::content_of(run.path() / "jobs/4711/job.json"));
    EXPECT_EQ(record.at("state"), "ready");
    EXPECT_EQ(record.at("node"), "n1");
    EXPECT_EQ(record.at("efa_found"), 2);
    EXPECT_EQ(record.at("efa_expected"), 2);
}

TEST(JobState, OfARefusedJobReadsBackItsReason) {
    const TempFolder run;
    ASSERT_TRUE(
        succeeds(write_job_state(run.path(), {job, "n1", 0, std::nullopt, "no EFA [FL-E202]"})));
    EXPECT_EQ(read_refusal(run.path(), job), "no EFA [FL-E202]");
}

TEST(JobState, IsOneFileForRootAloneInItsFolder) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path() / "deep", {job, "n1", 2, 2, {}})));
    const auto file = run.path() / "deep/jobs/4711/job.json";
    EXPECT_EQ(test::mode_of(file), 0600u);
    EXPECT_EQ(test::entries_in(file.parent_path()), 1u);
    EXPECT_EQ(nlohmann::json::parse(test::content_of(file)).at("schema"), "fairlead.job/1");
}

// A requeued job may come back to the node.
TEST(JobState, IsReplacedByALaterOne) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 0, 2, "broken"})));
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, {}})));
    EXPECT_TRUE(fails_with(read_refusal(run.path(), job), Code::X101));
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 0, 2, "broken again"})));
    EXPECT_EQ(read_refusal(run.path(), job), "broken again");
    EXPECT_EQ(test::entries_in(job_folder(run.path(), job)), 1u);
}

TEST(JobState, TextThatIsNotUtf8IsWrittenAllTheSame) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n\xff", 0, 2, "bad \xfe\n\"x\""})));
    EXPECT_EQ(read_refusal(run.path(), job), "bad \xef\xbf\xbd\n\"x\"");
}

TEST(JobState, OfAnotherJobIsNotRead) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, "broken"})));
    EXPECT_TRUE(fails_with(read_refusal(run.path(), JobId{4712}), Code::X101));
}

TEST(JobState, OfTheNextReleaseIsReadWithItsNewFields) {
    EXPECT_EQ(read_text(R"({"schema":"fairlead.job/2","refusal":"no EFA","staged":{}})"), "no EFA");
}

TEST(JobState, OfAReleaseFurtherAwayIsRefused) {
    EXPECT_TRUE(fails_with(read_text(R"({"schema":"fairlead.job/3","refusal":"x"})"), Code::X202,
                           "jobs/4711/refused.json"));
}

TEST(JobState, ThatIsDamagedIsAnErrorAndNoException) {
    for (const std::string text :
         {"", "{", "rubbish", "[]", R"({"schema":"fairlead.job/1"})",
          R"({"schema":"fairlead.job/1","refusal":7})", R"({"schema":1,"refusal":"x"})"})
        EXPECT_TRUE(fails_with(read_text(text), Code::X203, "jobs/4711/refused.json")) << text;
}

TEST(RemoveJobState, RemovesTheFolderAndAcceptsThatThereIsNone) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, {}})));
    EXPECT_TRUE(succeeds(remove_job_state(run.path(), job)));
    EXPECT_FALSE(fs::exists(job_folder(run.path(), job)));
    EXPECT_TRUE(succeeds(remove_job_state(run.path(), job)));
}

TEST(RemoveJobState, LeavesOtherJobsAlone) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, {}})));
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {JobId{47}, "n1", 2, 2, "broken"})));
    EXPECT_TRUE(succeeds(remove_job_state(run.path(), job)));
    EXPECT_EQ(read_refusal(run.path(), JobId{47}), "broken");
}

// A prolog that slurmd killed between mkostemp and rename leaves its temporary file.
TEST(RemoveJobState, RemovesWhatAKilledPrologLeft) {
    const TempFolder run;
    run.write("jobs/4711/job.json.a1B2c3", "half");
    run.write("jobs/4711/refused.json.d4E5f6", "half");
    EXPECT_TRUE(succeeds(remove_job_state(run.path(), job)));
    EXPECT_FALSE(fs::exists(job_folder(run.path(), job)));
}

} // namespace state_job_state_test
} // namespace fairlead::state
