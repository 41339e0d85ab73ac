#include "expect_error.hpp"
#include "policy/decide.hpp"
#include "policy/staging.hpp"
#include "stage/record.hpp"

namespace fairlead::policy {
namespace policy_staging_test {

using test::fails_with;
using test::succeeds;

struct PolicyStaging : testing::Test {
    PolicyStaging() {
        snapshot.config.region = "us-east-2";
        snapshot.permit.buckets = {{"s3://lab/", {"group:genomics"}, {"group:genomics"}},
                                   {"s3://home/%u/", {"everyone"}, {"everyone"}}};
        request.user = Text("ada");
        request.groups = {Text("genomics")};
        request.job_name = Text("run-7");
        request.submission_id = "42";
    }
    Result<stage::Request> admitted() {
        const auto record = admit_staging(request, snapshot);
        if (!record)
            return std::unexpected(record.error());
        if (!*record)
            return fail(Code::S132, "nothing");
        return stage::decode_record((*record)->record);
    }
    Snapshot snapshot;
    JobRequest request;
};

TEST_F(PolicyStaging, LeavesOtherJobsAlone) {
    request.script = Text("#!/bin/sh\nhostname\n");
    const auto record = admit_staging(request, snapshot);
    ASSERT_TRUE(succeeds(record));
    EXPECT_FALSE(*record);
}

TEST_F(PolicyStaging, RecordsWhatTheJobMayStageWithItsNamesFilledIn) {
    request.stage_options = Text("7\nin s3://home/%u/%x:/fsx/%j");
    request.script = Text("#!/bin/sh\n#STAGE out src=/fsx/%j dst=s3://lab/%A/%a\n");
    const auto whole = admitted();
    ASSERT_TRUE(succeeds(whole));
    EXPECT_EQ(whole->id, "42"); // the controller's, not the user's
    EXPECT_EQ(whole->transfers[0].source, "s3://home/ada/run-7");
    EXPECT_EQ(whole->transfers[0].destination, "/fsx/%j");
    EXPECT_EQ(whole->transfers[1].destination, "s3://lab/%A/%a");
}

TEST_F(PolicyStaging, RecordsTheRegionOfABucketThatLiesElsewhere) {
    snapshot.permit.buckets.push_back({"s3://far/", {"everyone"}, {}, "eu-west-1"});
    snapshot.permit.regions = {"eu-west-1"};
    request.stage_options = Text("7\nin s3://far/a:/b\nin s3://lab/a:/c");
    const auto whole = admitted();
    ASSERT_TRUE(succeeds(whole));
    EXPECT_EQ(whole->transfers[0].region, "eu-west-1");
    EXPECT_EQ(whole->transfers[1].region, "");
}

// T4 of the fault table.
TEST_F(PolicyStaging, DeniesAnotherUsersBucketWhereverItIsAskedFrom) {
    request.user = Text("ben");
    request.groups = {};
    request.stage_options = Text("7\nin s3://lab/a:/b");
    EXPECT_TRUE(fails_with(admitted(), Code::S103, "s3://lab/a"));
    request.stage_options = std::nullopt;
    request.script = Text("#!/bin/sh\n#STAGE in src=s3://home/ada/x dst=/b\n");
    EXPECT_TRUE(fails_with(admitted(), Code::S103, "s3://home/ada/x"));
}

// T3: a job's name is the user's.
TEST_F(PolicyStaging, DoesNotLetANameLeadElsewhere) {
    request.job_name = Text("../../home/ben");
    request.stage_options = Text("7\nin s3://lab/%x:/b");
    EXPECT_TRUE(fails_with(admitted(), Code::S102, "no name of a file"));
}

TEST_F(PolicyStaging, NeedsDeferBatch) {
    request.stage_options = Text("7\nin /a:/b");
    EXPECT_TRUE(succeeds(admitted())); // not known
    request.batch_deferred = false;
    EXPECT_TRUE(fails_with(admitted(), Code::S104, "DeferBatch"));
    request.batch_deferred = true;
    EXPECT_TRUE(succeeds(admitted()));
}

TEST_F(PolicyStaging, WaitsUntilTheCallerIsKnown) {
    request.caller_known = false;
    request.stage_options = Text("7\nin /a:/b");
    EXPECT_TRUE(fails_with(admitted(), Code::A204, "submit again"));
}

TEST_F(PolicyStaging, HoldsInAPauseToo) {
    snapshot.paused = true;
    request.stage_options = Text("7\nin s3://lab/a:/b");
    EXPECT_TRUE(decide(request, snapshot).patch.staging);
    request.stage_options = Text("7\nin s3://other/a:/b");
    EXPECT_EQ(decide(request, snapshot).refusals.size(), 1U);
}

TEST_F(PolicyStaging, HoldsInEveryModeOfTheRules) {
    for (const auto mode : {config::Mode::Off, config::Mode::Observe, config::Mode::Enforce}) {
        snapshot.config.policy.mode = mode;
        request.stage_options = Text("7\nin s3://lab/a:/b");
        EXPECT_TRUE(decide(request, snapshot).patch.staging);
        request.stage_options = Text("7\nin s3://other/a:/b");
        EXPECT_EQ(decide(request, snapshot).refusals.size(), 1U);
    }
}

TEST_F(PolicyStaging, HoldsAJobWhoseDataComesInWhileItIsQueued) {
    snapshot.config.staging.queued = true;
    snapshot.config.staging.import_folders = {"/fsx"};
    request.script = Text("#!/bin/sh\n#STAGE in src=s3://lab/a dst=/b when=queued\n");
    const Decision decision = decide(request, snapshot);
    ASSERT_TRUE(decision.patch.queued);
    EXPECT_EQ(*decision.patch.queued,
              std::string_view("fairlead-stage=42;FL-S: held until its data is there"));
    EXPECT_TRUE(decision.warnings.empty());
    EXPECT_FALSE(decision.patch.hold) << "that one is not ended by the data";
    snapshot.config.staging.import_folders.clear();
    EXPECT_FALSE(decide(request, snapshot).patch.queued) << "nobody may stage for it";
    snapshot.config.staging.import_folders = {"/fsx"};
    snapshot.paused = true;
    EXPECT_FALSE(decide(request, snapshot).patch.queued);
}

TEST_F(PolicyStaging, TellsWhereDataCannotComeInWhileAJobIsQueued) {
    const auto told = [&] {
        const Decision decision = decide(request, snapshot);
        EXPECT_FALSE(decision.patch.queued);
        EXPECT_TRUE(decision.patch.staging);
        return decision.warnings.empty() ? std::string() : decision.warnings.front();
    };
    request.script = Text("#!/bin/sh\n#STAGE in src=s3://lab/a dst=/b when=queued\n");
    EXPECT_EQ(told(),
              "staging: when=queued is not set up on this cluster; the data comes in when the "
              "job starts");
    snapshot.config.staging.queued = true;
    snapshot.config.staging.import_folders = {"/fsx"};
    request.array_size = 2;
    EXPECT_NE(told().find("arrays"), std::string::npos);
    request.array_size.reset();
    request.dependency = Text("afterok:1");
    EXPECT_NE(told().find("dependency"), std::string::npos);
    request.dependency.reset();
    request.stage_options = Text("7\nin s3://lab/c:/d");
    EXPECT_NE(told().find("--stage-in"), std::string::npos);
    request.stage_options.reset();
    request.interactive = true;
    EXPECT_NE(told().find("batch"), std::string::npos);
}

TEST_F(PolicyStaging, IsNoMatterOfAnUpdate) {
    request.modify = true;
    request.stage_options = Text("7\nin s3://other/a:/b");
    EXPECT_TRUE(decide(request, snapshot).refusals.empty());
}

TEST_F(PolicyStaging, BoundsWhatAJobCarries) {
    std::string script = "#!/bin/sh\n";
    for (int i = 0; i < 16; ++i)
        script += fmt::format("#STAGE in src=/{}/{} dst=/b\n", i, std::string(3000, 'a'));
    request.script = Text(script);
    EXPECT_TRUE(fails_with(admitted(), Code::S102, "together"));
}

} // namespace policy_staging_test
} // namespace fairlead::policy
