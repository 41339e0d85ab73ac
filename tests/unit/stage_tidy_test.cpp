#include "stage/tidy.hpp"

#include "expect_error.hpp"
#include "stage/queue.hpp"
#include "stage/status.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_tidy_test {

namespace fs = std::filesystem;

constexpr std::time_t day = 86400;

TEST(StageTidy, LetsOldRecordsGoAndKeepsWhatWaits) {
    const test::TempFolder folder;
    for (const std::uint32_t job : {1U, 2U, 3U}) {
        ASSERT_TRUE(test::succeeds(make_places(folder.path(), JobId{job})));
        const JobRun run{JobId{job}, 0, "17"};
        if (job > 1) {
            ASSERT_TRUE(
                test::succeeds(write_plan(folder.path(), {run, "c", {2001, 2001, {}}, {}})));
        }
        if (job > 2) {
            ASSERT_EQ(enqueue(folder.path(), run), true);
        }
    }
    write_status(folder.path(), {{JobId{1}, 0, "17"}, Direction::In, Step::Ready, "", {}, {}}, 0);
    const std::time_t now = std::time(nullptr);
    tidy(folder.path(), 14, now + 13 * day);
    EXPECT_TRUE(fs::exists(folder / "stage/jobs/1"));
    EXPECT_EQ(test::entries_in(status_place(folder.path())), 1U);
    tidy(folder.path(), 14, now + 15 * day);
    EXPECT_FALSE(fs::exists(folder / "stage/jobs/1"));
    EXPECT_TRUE(fs::exists(folder / "stage/jobs/2") && fs::exists(folder / "stage/jobs/3"));
    EXPECT_EQ(queued(folder.path())->size(), 1U);
    EXPECT_EQ(test::entries_in(status_place(folder.path())), 0U);
}

TEST(StageTidy, FollowsNoLink) {
    const test::TempFolder folder, other;
    const auto precious = other.write("precious", "data");
    ASSERT_TRUE(test::succeeds(make_places(folder.path(), JobId{1})));
    fs::create_directory_symlink(other.path(), folder / "stage/jobs/1/in.17");
    tidy(folder.path(), 1, std::time(nullptr) + 9 * day);
    EXPECT_FALSE(fs::exists(folder / "stage/jobs/1"));
    EXPECT_TRUE(fs::exists(precious));
}

} // namespace stage_tidy_test
} // namespace fairlead::stage
