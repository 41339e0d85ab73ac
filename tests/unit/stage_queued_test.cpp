#include "expect_error.hpp"
#include "stage/queued.hpp"

namespace fairlead::stage {
namespace stage_queued_test {

TEST(StageQueued, TheWordIsReadAsItIsWritten) {
    EXPECT_EQ(queued_id(queued_note("1763")), "1763");
    EXPECT_EQ(queued_id("fairlead-hold=12;" + queued_note("1763") + ";other"), "1763");
    EXPECT_EQ(without_queued("a;" + queued_note("1763")), "a;FL-S: held until its data is there");
}

TEST(StageQueued, WhatIsNoSuchWordNamesNoSubmission) {
    for (const char* comment : {"", "fairlead-stage", "fairlead-stage=", "fairlead-stage=../x",
                                "x fairlead-stage=1", "fairlead-stage=123456789012345678901"})
        EXPECT_EQ(queued_id(comment), std::nullopt) << comment;
}

TEST(StageQueued, OneLineAsksForAll) {
    Request request{"1", {{.direction = Direction::In}, {.direction = Direction::Out}}};
    EXPECT_FALSE(asks_queued(request));
    request.transfers.front().when = When::Queued;
    EXPECT_TRUE(asks_queued(request));
}

TEST(StageQueued, TheServiceReadsAndWritesItsFoldersAlone) {
    config::Staging site;
    const auto checked = [&](const char* source, const char* destination) {
        return check_folders(
            site, {{.direction = Direction::In, .source = source, .destination = destination}});
    };
    EXPECT_TRUE(test::fails_with(checked("s3://lab/a", "/fsx/a"), Code::S133, "import_folders"));
    site.import_folders = {"/fsx", "/home"};
    EXPECT_TRUE(test::succeeds(checked("s3://lab/a", "/fsx/a")));
    EXPECT_TRUE(test::succeeds(checked("/home/ada/", "/fsx/ada/")));
    EXPECT_TRUE(test::fails_with(checked("/etc/shadow", "/fsx/a"), Code::S133, "/etc/shadow"));
    EXPECT_TRUE(test::fails_with(checked("s3://lab/a", "/var/tmp/a"), Code::S133, "/var/tmp/a"));
    EXPECT_TRUE(test::fails_with(checked("s3://lab/a", "/fsx2/a"), Code::S133));
    EXPECT_TRUE(test::fails_with(checked("s3://lab/a", "/fsx/../etc/a"), Code::S102));
}

} // namespace stage_queued_test
} // namespace fairlead::stage
