#include "state/job_state.hpp"

#include "expect_error.hpp"
#include "state/paths.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::state {
namespace {

namespace fs = std::filesystem;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

constexpr JobId job{4711};

Result<JobState> read_text(const std::string& text) {
    const TempFolder run;
    run.write("jobs/4711/job.json", text);
    return read_job_state(run.path(), job);
}

TEST(JobState, OfAReadyJobReadsBack) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, std::nullopt})));
    const auto state = read_job_state(run.path(), job);
    ASSERT_TRUE(succeeds(state));
    EXPECT_EQ(state->job, job);
    EXPECT_EQ(state->node, "n1");
    EXPECT_EQ(state->efa_found, 2);
    EXPECT_EQ(state->efa_expected, 2);
    EXPECT_EQ(state->refusal, std::nullopt);
}

TEST(JobState, OfARefusedJobReadsBackWithItsReason) {
    const TempFolder run;
    ASSERT_TRUE(
        succeeds(write_job_state(run.path(), {job, "n1", 0, std::nullopt, "no EFA [FL-E202]"})));
    const auto state = read_job_state(run.path(), job);
    ASSERT_TRUE(succeeds(state));
    EXPECT_EQ(state->efa_expected, std::nullopt);
    EXPECT_EQ(state->refusal, "no EFA [FL-E202]");
}

TEST(JobState, IsOneFileForRootAloneInItsFolder) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path() / "deep", {job, "n1", 2, 2, {}})));
    const auto file = run.path() / "deep/jobs/4711/job.json";
    EXPECT_EQ(file, job_file(run.path() / "deep", job));
    EXPECT_EQ(test::mode_of(file), 0600u);
    EXPECT_EQ(test::entries_in(file.parent_path()), 1u);
    EXPECT_EQ(nlohmann::json::parse(test::content_of(file)).at("schema"), "fairlead.job/1");
}

TEST(JobState, IsReplacedByALaterOne) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 0, 2, "broken"})));
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, {}})));
    EXPECT_EQ(read_job_state(run.path(), job)->refusal, std::nullopt);
}

TEST(JobState, TextThatIsNotUtf8IsWrittenAllTheSame) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n\xff", 0, 2, "bad \xfe\n\"x\""})));
    const auto state = read_job_state(run.path(), job);
    ASSERT_TRUE(succeeds(state));
    EXPECT_EQ(state->refusal, "bad \xef\xbf\xbd\n\"x\"");
}

TEST(JobState, OfAnotherJobIsNotRead) {
    const TempFolder run;
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {job, "n1", 2, 2, {}})));
    EXPECT_TRUE(fails_with(read_job_state(run.path(), JobId{4712}), Code::X101));
}

TEST(JobState, OfTheNextReleaseIsReadWithItsNewFields) {
    const auto state = read_text(
        R"({"schema":"fairlead.job/2","state":"ready","node":"n1","efa_found":1,"staged":{}})");
    ASSERT_TRUE(succeeds(state));
    EXPECT_EQ(state->efa_found, 1);
    EXPECT_EQ(state->refusal, std::nullopt);
}

TEST(JobState, OfAReleaseFurtherAwayIsRefused) {
    EXPECT_TRUE(fails_with(read_text(R"({"schema":"fairlead.job/3","state":"ready"})"), Code::X202,
                           "jobs/4711/job.json"));
}

TEST(JobState, AnyStateButReadyIsARefusal) {
    EXPECT_EQ(read_text(R"({"schema":"fairlead.job/1","state":"failed"})")->refusal,
              "the prolog gave no reason");
    EXPECT_EQ(read_text(R"({"schema":"fairlead.job/1","state":"Ready"})")->refusal,
              "the prolog gave no reason");
}

TEST(JobState, ThatIsDamagedIsNeverReady) {
    for (const std::string text : {"", "{", "rubbish", R"({"schema":"fairlead.job/1"})",
                                   R"({"schema":"fairlead.job/1","state":1})"})
        EXPECT_TRUE(fails_with(read_text(text), Code::X203, "jobs/4711/job.json")) << text;
}

// json::value() throws where the field has another type.
TEST(JobState, AFieldOfAnotherTypeIsDamageAndNoException) {
    for (const std::string field : {R"("node":5)", R"("efa_found":"two")", R"("efa_expected":[])",
                                    R"("state":"failed","refusal":7)"})
        EXPECT_TRUE(
            fails_with(read_text(R"({"state":"ready",)" + field + R"(,"schema":"fairlead.job/1"})"),
                       Code::X203))
            << field;
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
    ASSERT_TRUE(succeeds(write_job_state(run.path(), {JobId{47}, "n1", 2, 2, {}})));
    EXPECT_TRUE(succeeds(remove_job_state(run.path(), job)));
    EXPECT_TRUE(succeeds(read_job_state(run.path(), JobId{47})));
}

// A prolog that slurmd killed between mkostemp and rename leaves its temporary file.
TEST(RemoveJobState, RemovesWhatAKilledPrologLeft) {
    const TempFolder run;
    run.write("jobs/4711/job.json.a1B2c3", "half");
    EXPECT_TRUE(succeeds(remove_job_state(run.path(), job)));
    EXPECT_FALSE(fs::exists(job_folder(run.path(), job)));
}

} // namespace
} // namespace fairlead::state
