#include "expect_error.hpp"
#include "stage/standing.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_standing_test {

using test::fails_with;
using test::succeeds;

const JobRun run{JobId{4711}, 0, "17"};

TEST(StageStanding, IsReadByOtherNodes) {
    const test::TempFolder folder;
    EXPECT_TRUE(fails_with(read_standing(folder.path(), run), Code::X101));
    EXPECT_EQ(last_beat(folder.path(), run), 0);
    const auto claim = make_claim(folder.path(), run.job, 100);
    ASSERT_TRUE(succeeds(write_standing(*claim, run, {Stand::Refused, "n1", "FL-S110 gone"})));
    const auto read = read_standing(folder.path(), run);
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->stand, Stand::Refused);
    EXPECT_EQ(read->node, "n1");
    EXPECT_EQ(read->message, "FL-S110 gone");
    EXPECT_GT(last_beat(folder.path(), run), 0);
}

// F3: a leader that was paused comes back.
TEST(StageStanding, OfALeaderThatLostItsClaimIsNotWritten) {
    const test::TempFolder folder;
    const auto old = make_claim(folder.path(), run.job, 100);
    const auto young = make_claim(folder.path(), run.job, 100);
    ASSERT_TRUE(succeeds(write_standing(*young, run, {Stand::Staging, "n2"})));
    EXPECT_TRUE(fails_with(write_standing(*old, run, {Stand::Ready, "n1"}), Code::S122));
    EXPECT_EQ(read_standing(folder.path(), run)->stand, Stand::Staging);
}

TEST(StageStanding, ThatIsDamagedIsNoWord) {
    const test::TempFolder folder;
    folder.write("stage/jobs/4711/0.17.json", "{\"schema\":\"fairlead.stage-standing/1\"}");
    EXPECT_TRUE(fails_with(read_standing(folder.path(), run), Code::S123));
    folder.write("stage/jobs/4711/0.17.json", "");
    EXPECT_TRUE(fails_with(read_standing(folder.path(), run), Code::S123));
}

} // namespace stage_standing_test
} // namespace fairlead::stage
