#include "stage/job_file.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_job_file_test {

using test::fails_with;
using test::succeeds;

JobFile example() {
    return {.cluster = "c",
            .job = 4711,
            .epoch = 1763790000,
            .phase = Phase::In,
            .uid = 2001,
            .gid = 2001,
            .groups = {2001, 3001},
            .deadline = 1500,
            .transfers = {{"s3://lab/data/", "/fsx/u/data", Check::Checksum},
                          {"/scratch/a", "/fsx/u/a", Check::Size}}};
}

TEST(StageJobFile, ARequestIsReadAsItWasWritten) {
    JobFile request = example();
    EXPECT_EQ(decode_job_file(encode(request), "x"), request);
    request.phase = Phase::Out;
    request.s3_endpoint = "http://127.0.0.1:7480";
    request.region = "us-east-2";
    request.kms_key = "alias/lab";
    request.streams = 3;
    EXPECT_EQ(decode_job_file(encode(request), "x"), request);
}

TEST(StageJobFile, ProgressAndResultAreReadAsTheyWereWritten) {
    const Progress progress{1, 2, 3, 4, 5, 6, 7};
    EXPECT_EQ(decode_progress(encode(progress), "x"), progress);
    for (const Outcome outcome :
         {Outcome::Done, Outcome::DataFault, Outcome::ServiceFault, Outcome::NodeFault}) {
        const StageResult result{outcome, "FL-S110", "s3://lab/a.dat not found", 3, 123, 1};
        EXPECT_EQ(decode_stage_result(encode(result), "x"), result);
    }
}

TEST(StageJobFile, TheResultHasTheWordsOfTheContract) {
    EXPECT_EQ(encode(StageResult{Outcome::DataFault, "FL-S110", "gone", 3, 123}),
              R"({"schema":"fairlead.stage-result/1","outcome":"data_fault","code":"FL-S110",)"
              R"("message":"gone","files":3,"bytes":123,"skipped":0})"
              "\n");
}

/// What is said of the example with `from` in its text made `to`.
Result<JobFile> with(const std::string& from, const std::string& to) {
    std::string text = encode(example());
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return decode_job_file(text.replace(at, from.size(), to), "request.json");
}

TEST(StageJobFile, RootIsNobodyWhoseFilesAreCopied) {
    EXPECT_TRUE(fails_with(with("\"uid\":2001", "\"uid\":0"), Code::X203, "no 'uid'"));
    EXPECT_TRUE(fails_with(with("\"gid\":2001", "\"gid\":0"), Code::X203, "no 'gid'"));
    EXPECT_TRUE(fails_with(with("\"uid\":2001", "\"uid\":4294967295"), Code::X203, "no 'uid'"));
    EXPECT_TRUE(fails_with(with("\"uid\":2001", "\"uid\":-1"), Code::X203, "no 'uid'"));
    EXPECT_TRUE(fails_with(with("[2001,3001]", "[4294967295]"), Code::X203, "no 'groups'"));
    EXPECT_TRUE(fails_with(with("[2001,3001]", "[\"a\"]"), Code::X203, "no 'groups'"));
}

TEST(StageJobFile, AFieldThatIsMissingOrOfAnotherKindIsNamed) {
    for (const char* name :
         {"cluster", "job", "epoch", "phase", "uid", "gid", "groups", "deadline", "transfers"}) {
        const std::string wanted = fmt::format("no '{}'", name);
        EXPECT_TRUE(
            fails_with(with(fmt::format("\"{}\":", name), "\"other\":"), Code::X203, wanted));
        EXPECT_TRUE(fails_with(
            with(fmt::format("\"{}\":", name), fmt::format("\"{}\":null,\"other\":", name)),
            Code::X203, wanted));
    }
    EXPECT_TRUE(fails_with(with("\"in\"", "\"sideways\""), Code::X203, "no 'phase'"));
    EXPECT_TRUE(fails_with(with(":1500", ":0"), Code::X203, "no 'deadline'"));
}

TEST(StageJobFile, StreamsAreFrom1To16AndAsManyWhereNobodySays) {
    EXPECT_EQ(with("\"streams\":16,", "")->streams, 16);
    EXPECT_TRUE(fails_with(with("\"streams\":16", "\"streams\":0"), Code::X203, "no 'streams'"));
    EXPECT_TRUE(fails_with(with("\"streams\":16", "\"streams\":17"), Code::X203, "no 'streams'"));
}

TEST(StageJobFile, ATransferIsFromAndToAPlace) {
    EXPECT_TRUE(fails_with(with("/scratch/a", "scratch/a"), Code::X203, "no 'transfers'"));
    EXPECT_TRUE(fails_with(with("s3://lab", "http://lab"), Code::X203, "no 'transfers'"));
    EXPECT_TRUE(fails_with(with("/scratch/a", "/scratch\\u0000a"), Code::X203, "no 'transfers'"));
    EXPECT_TRUE(fails_with(with("\"size\"", "\"md5\""), Code::X203, "no 'transfers'"));
    JobFile nothing = example();
    nothing.transfers.clear();
    EXPECT_TRUE(fails_with(decode_job_file(encode(nothing), "x"), Code::X203, "no 'transfers'"));
}

TEST(StageJobFile, AnotherSchemaIsRefused) {
    EXPECT_TRUE(fails_with(with("fairlead.stage/1", "fairlead.stage/9"), Code::X202));
    EXPECT_TRUE(fails_with(decode_progress(encode(example()), "x"), Code::X202));
    EXPECT_TRUE(fails_with(decode_stage_result("{", "x"), Code::X203));
    EXPECT_TRUE(succeeds(with("fairlead.stage/1", "fairlead.stage/2")));
}

} // namespace stage_job_file_test
} // namespace fairlead::stage
