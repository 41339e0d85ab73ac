#include "expect_error.hpp"
#include "stage/manifest.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_manifest_test {

const JobRun run{JobId{4711}, 0, "17"};

struct StageManifest : testing::Test {
    StageManifest() {
        EXPECT_TRUE(test::succeeds(make_places(folder.path(), run.job)));
        folder.write("stage/jobs/4711/in.17/manifest", "{\"job\":4711}\n");
    }
    test::TempFolder folder;
};

TEST_F(StageManifest, IsItsUsersAlone) {
    show_manifest(folder.path(), run, Direction::In, 5001);
    const auto file = status_place(folder.path()) / "4711.0.17.in.manifest";
    EXPECT_EQ(test::mode_of(file), 0400U);
    struct stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 5001U);
    EXPECT_EQ(test::content_of(file), "{\"job\":4711}\n");
}

TEST_F(StageManifest, OfARequeueStandsBehindTheOneBefore) {
    const JobRun again{JobId{4711}, 1, "17"};
    folder.write("stage/jobs/4711/out.1.17/manifest", "");
    show_manifest(folder.path(), again, Direction::Out, 0);
    show_manifest(folder.path(), again, Direction::In, 0);
    show_manifest(folder.path(), run, Direction::In, 0);
    show_manifest(folder.path(), run, Direction::In, 0); // replaces it
    const auto all = shown_manifests(folder.path(), run.job);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].run, run);
    EXPECT_EQ(all[1].run, again);
    EXPECT_EQ(all[2].phase, Direction::Out);
    EXPECT_TRUE(shown_manifests(folder.path(), JobId{471}).empty());
}

TEST_F(StageManifest, OfANodeIsShownForAll) {
    test::TempFolder node;
    node.write("stage/jobs/4711/in.17/manifest", "{\"job\":4711,\"of\":\"node\"}\n");
    show_manifest(folder.path(), run, Direction::In, 0);
    show_node_manifest(node.path(), folder.path(), run, 5001);
    const auto all = shown_manifests(folder.path(), run.job);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].mode, Mode::Shared);
    EXPECT_EQ(all[1].mode, Mode::Local);
    EXPECT_EQ(test::content_of(all[1].file), "{\"job\":4711,\"of\":\"node\"}\n");
    EXPECT_EQ(test::mode_of(all[1].file), 0400U);
}

TEST_F(StageManifest, OfResultsThatGoInTwoGoesHasBoth) {
    folder.write("stage/jobs/4711/out.0.17/manifest", "{\"epoch\":1}\n{\"path\":\"a\"}\n");
    EXPECT_TRUE(test::succeeds(keep_first_manifest(folder.path(), run)));
    show_manifest(folder.path(), run, Direction::Out, 0);
    const auto file = status_place(folder.path()) / "4711.0.17.out.manifest";
    EXPECT_EQ(test::content_of(file), "{\"epoch\":1}\n{\"path\":\"a\"}\n");
    folder.write("stage/jobs/4711/out.0.17/manifest", "{\"epoch\":2}\n{\"path\":\"b\"}\n");
    show_manifest(folder.path(), run, Direction::Out, 0);
    EXPECT_EQ(test::content_of(file), "{\"epoch\":1}\n{\"path\":\"a\"}\n{\"path\":\"b\"}\n");
    // Nothing went out first.
    EXPECT_TRUE(test::succeeds(keep_first_manifest(folder.path(), {JobId{4711}, 1, "17"})));
}

TEST_F(StageManifest, ThatIsNotThereIsNotShown) {
    show_manifest(folder.path(), run, Direction::Out, 0);
    EXPECT_TRUE(std::filesystem::is_empty(status_place(folder.path())));
}

TEST(StageManifestLine, IsChecksumSizeAndPath) {
    EXPECT_EQ(show_manifest_line(R"({"path":"/fsx/a","size":3,"checksum":"crc64nvme:ab"})"),
              "crc64nvme:ab  3 B  /fsx/a");
    EXPECT_EQ(show_manifest_line(R"({"path":"/fsx/a","size":3,"checksum":null,"verified":"size"})"),
              "verified:size  3 B  /fsx/a");
    EXPECT_EQ(show_manifest_line(R"({"path":"/fsx/a","skipped":"no file"})"),
              "left out: no file  /fsx/a");
}

TEST(StageManifestLine, CannotWriteOnTheTerminal) {
    EXPECT_EQ(show_manifest_line("{\"path\":\"/fsx/a\\u001b[2J\",\"size\":3,\"checksum\":\"x\"}"),
              "x  3 B  /fsx/a?[2J");
    EXPECT_EQ(show_manifest_line("\x1b[2J"), "?[2J");
}

} // namespace stage_manifest_test
} // namespace fairlead::stage
