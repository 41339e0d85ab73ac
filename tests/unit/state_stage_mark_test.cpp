#include "expect_error.hpp"
#include "state/stage_mark.hpp"
#include "temp_folder.hpp"

namespace fairlead::state {
namespace state_stage_mark_test {

constexpr JobId job{4711};

TEST(StageMark, IsTheNameOfAFile) {
    const test::TempFolder run;
    EXPECT_EQ(read_data_refusal(run.path(), job), std::nullopt);
    ASSERT_TRUE(
        test::succeeds(write_stage_mark(run.path(), {job, "/s", "0.17", "not yet [FL-S130]"})));
    EXPECT_EQ(read_data_refusal(run.path(), job), "not yet [FL-S130]");
    EXPECT_EQ(test::mode_of(run / "jobs/4711/unstaged.json"), 0600U);
    ASSERT_TRUE(test::succeeds(write_stage_mark(run.path(), {job, "/s", "0.17"})));
    EXPECT_EQ(read_data_refusal(run.path(), job), std::nullopt);
    EXPECT_TRUE(std::filesystem::exists(run / "jobs/4711/staged.json"));
    EXPECT_EQ(test::entries_in(run / "jobs/4711"), 1U);
}

TEST(StageMark, TellsTheEpilogWhereToLook) {
    const test::TempFolder run;
    EXPECT_FALSE(read_stage_mark(run.path(), job));
    ASSERT_TRUE(test::succeeds(write_stage_mark(run.path(), {job, "/s", "0.17"})));
    const auto mark = read_stage_mark(run.path(), job);
    ASSERT_TRUE(mark);
    EXPECT_EQ(mark->state_dir, "/s");
    EXPECT_EQ(mark->run, "0.17");
    EXPECT_EQ(mark->refusal, std::nullopt);
}

TEST(StageMark, ThatIsDamagedRefuses) {
    const test::TempFolder run;
    run.write("jobs/4711/unstaged.json", "garbage");
    const auto refusal = read_data_refusal(run.path(), job);
    ASSERT_TRUE(refusal);
    EXPECT_TRUE(refusal->contains("FL-X203")) << *refusal;
}

} // namespace state_stage_mark_test
} // namespace fairlead::state
