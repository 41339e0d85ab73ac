#include "expect_error.hpp"
#include "stage/status.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_status_test {

const JobRun run{JobId{4711}, 0, "17"};
const Status staging{
    run,
    Direction::In,
    Step::Staging,
    "",
    {.bytes_done = 512, .bytes_total = 2048, .files_done = 1, .files_total = 4, .rate = 256},
    {}};

struct StageStatus : testing::Test {
    StageStatus() { EXPECT_TRUE(test::succeeds(make_places(folder.path(), run.job))); }
    test::TempFolder folder;
};

TEST_F(StageStatus, IsItsUsersAlone) {
    write_status(folder.path(), staging, 5001);
    const auto file = status_place(folder.path()) / "4711.0.17.in.json";
    EXPECT_EQ(test::mode_of(file), 0400U);
    struct stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 5001U);
}

TEST_F(StageStatus, IsReadBack) {
    write_status(folder.path(), staging, 0);
    write_status(folder.path(), {{JobId{5}, 0, "18"}, Direction::Out, Step::Exported, "", {}, {}},
                 0);
    const auto all = read_statuses(folder.path(), std::nullopt);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].run.job, JobId{5});
    EXPECT_EQ(all[1].progress, staging.progress);
    EXPECT_EQ(read_statuses(folder.path(), JobId{5}).size(), 1U);
    remove_status(folder.path(), run, Direction::In);
    EXPECT_TRUE(read_statuses(folder.path(), run.job).empty());
}

TEST_F(StageStatus, OfWhatComesToEachNodeStandsBesideWhatIsShared) {
    Status node = staging;
    node.mode = Mode::Local;
    node.message = "(as on node n1)";
    write_status(folder.path(), node, 0);
    write_status(folder.path(), staging, 0);
    const auto all = read_statuses(folder.path(), run.job);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].mode, Mode::Shared);
    EXPECT_EQ(all[1].mode, Mode::Local);
    EXPECT_EQ(all[1].phase, Direction::In);
    EXPECT_EQ(show(node), "4711       node staging    [#####...............]  25 %  512 B of "
                          "2.0 KiB, 1 of 4 files, 256 B/s, 6 s left (as on node n1)");
    EXPECT_TRUE(encode(node).contains(R"("direction":"in","mode":"local")")) << encode(node);
}

TEST_F(StageStatus, ThatIsDamagedIsLeftOut) {
    folder.write("stage/status/4711.0.17.in.json", "{}");
    folder.write("stage/status/nonsense", "");
    EXPECT_TRUE(read_statuses(folder.path(), std::nullopt).empty());
}

TEST(StageStatusText, HasABarARateAndTheTimeThatIsLeft) {
    EXPECT_EQ(show(staging), "4711       in   staging    [#####...............]  25 %  512 B of "
                             "2.0 KiB, 1 of 4 files, 256 B/s, 6 s left");
    Status held = staging;
    held.step = Step::Held;
    held.progress = {};
    held.message = "gone\x1b[31m [FL-S110]";
    EXPECT_EQ(show(held), "4711       in   held       gone?[31m [FL-S110]");
}

TEST(StageStatusText, BearsNumbersThatMakeNoSense) {
    Status odd = staging;
    odd.progress = {.bytes_done = 10, .bytes_total = 5, .rate = 1};
    EXPECT_TRUE(show(odd).contains("100 %"));
    odd.progress = {.bytes_done = -10, .bytes_total = 5, .files_total = 1};
    EXPECT_TRUE(show(odd).contains("0 %"));
}

} // namespace stage_status_test
} // namespace fairlead::stage
