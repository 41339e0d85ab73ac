#include "stage/launch.hpp"

#include "base/child.hpp"
#include "expect_error.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_launch_test {

using test::fails_with;
using test::succeeds;

const JobRun run{JobId{4711}, 0, "17"};

/// A script in place of fairlead-stage; root's own all the way up, as the real one.
struct StageLaunch : testing::Test {
    Launch launch_of(const std::string& script) {
        const auto program = folder.write("program", "#!/bin/sh\nwork=$2\n" + script);
        ::chmod(program.c_str(), 0755);
        const auto claim = make_claim(folder.path(), run.job, 100);
        EXPECT_TRUE(succeeds(claim));
        Launch launch{};
        launch.program = program;
        launch.config = "/etc/fairlead/fairlead.yaml";
        launch.claim = *claim;
        launch.run = run;
        launch.cluster = "c";
        launch.owner.uid = launch.owner.gid = 2001;
        launch.transfers.push_back(
            {.direction = Direction::In, .source = "/a", .destination = "/b"});
        launch.transfers.front().region = "eu-west-1";
        launch.kms_key = "alias/lab";
        launch.deadline = std::chrono::seconds(60);
        return launch;
    }
    static bool wanted(const Progress&) { return true; }
    test::TempFolder folder;
};

const std::string done = R"(echo '{"schema":"fairlead.stage-result/1","outcome":"done","code":"",)"
                         R"("message":"","files":3,"bytes":123,"skipped":0}' >"$work/result.json")";

TEST_F(StageLaunch, HandsOverTheRequestAndReadsTheResult) {
    const auto result =
        launch(launch_of("cp \"$work/request.json\" \"$work/seen\"\n" + done), wanted);
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(result->files, 3);
    const auto work = work_place(folder.path(), Direction::In, run);
    EXPECT_EQ(test::mode_of(work), 0700U);
    const auto request = decode_job_file(test::content_of(work / "seen"), "request");
    ASSERT_TRUE(succeeds(request));
    EXPECT_EQ(request->epoch, 100);
    EXPECT_EQ(request->uid, 2001U);
    EXPECT_EQ(request->transfers.front().destination, "/b");
    EXPECT_EQ(request->transfers.front().region, "eu-west-1");
    EXPECT_EQ(request->kms_key, "alias/lab");
}

TEST_F(StageLaunch, DoesNotTakeAnEarlierResult) {
    ASSERT_TRUE(succeeds(launch(launch_of(done), wanted)));
    EXPECT_TRUE(fails_with(launch(launch_of("exit 1"), wanted), Code::S123, "left no result"));
}

TEST_F(StageLaunch, SaysToLaterOnesThatTheSameWasStagedBefore) {
    const std::string keep = "cp \"$work/request.json\" \"$work/seen\"\n" + done;
    const auto staged = [&](const Launch& launched) {
        EXPECT_TRUE(succeeds(launch(launched, wanted)));
        const auto work = work_place(folder.path(), Direction::In, run);
        return decode_job_file(test::content_of(work / "seen"), "request")->staged;
    };
    Launch first = launch_of(keep);
    EXPECT_FALSE(staged(first));
    ASSERT_TRUE(succeeds(keep_staged(first)));
    EXPECT_TRUE(staged(launch_of(keep)));
    Launch other = launch_of(keep);
    other.transfers.front().destination = "/c";
    EXPECT_FALSE(staged(other));
    other = launch_of(keep);
    other.owner.uid = 2002;
    EXPECT_FALSE(staged(other));
    other = launch_of(keep);
    other.run.restart = 1;
    EXPECT_FALSE(staged(other)) << "its source may be another since";
    EXPECT_TRUE(fails_with(keep_staged(first), Code::S122)) << "its claim is lost";
}

// F6 of the fault table: the job is cancelled.
TEST_F(StageLaunch, EndsWhatIsNotWantedAnyMore) {
    const auto result = launch(launch_of("exec sleep 60"), [](const Progress&) { return false; });
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(result->outcome, Outcome::ServiceFault);
    EXPECT_EQ(error_of(*result).code, Code::S119);
}

// F3: another node took over while it worked.
TEST_F(StageLaunch, BelievesNoResultOnceTheClaimIsLost) {
    const Launch old = launch_of(done);
    ASSERT_TRUE(succeeds(make_claim(folder.path(), run.job, 100)));
    EXPECT_TRUE(fails_with(launch(old, wanted), Code::S122));
}

TEST_F(StageLaunch, RunsNothingThatOthersMayWrite) {
    Launch open = launch_of(done);
    ::chmod(open.program.c_str(), 0777);
    EXPECT_TRUE(fails_with(launch(open, wanted), Code::X110));
}

} // namespace stage_launch_test
} // namespace fairlead::stage
