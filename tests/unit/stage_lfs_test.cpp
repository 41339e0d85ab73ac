#include "stage/lfs.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_lfs_test {

const std::vector<std::string> paths{"/fsx/a", "/fsx/b c", "/fsx/a: (0x00000009) exists"};

TEST(StageLfs, ReadsStatesByTheirBits) {
    const auto told = read_states("/fsx/a: (0x0000000d) released exists archived, archive_id:1\n"
                                  "/fsx/b c: (0x0000004b) exists dirty archived lost_from_hsm\n",
                                  paths);
    EXPECT_EQ(told.by_path.at("/fsx/a"),
              (HsmState{.exists = true, .released = true, .archived = true}));
    EXPECT_EQ(told.by_path.at("/fsx/b c"),
              (HsmState{.exists = true, .dirty = true, .archived = true, .lost = true}));
    EXPECT_EQ(told.by_path.size(), 2u);
    EXPECT_EQ(told.complaint, "");
}

TEST(StageLfs, AFileWhoseNameLooksLikeAnAnswerAnswersForItselfAlone) {
    const auto told = read_states("/fsx/a: (0x00000009) exists: (0x00000000)\n", paths);
    EXPECT_EQ(told.by_path.size(), 1u);
    EXPECT_EQ(told.by_path.at(paths[2]), HsmState{});
}

TEST(StageLfs, KeepsTheFirstComplaintAndBelievesNoHalfOfALine) {
    const auto told =
        read_states("lfs hsm_state: get HSM state for '/fsx/a' failed: Function not implemented\n"
                    "/fsx/b c: (0x0000000\n/fsx/other: (0x00000009)\n/fsx/b c: 9\n",
                    paths);
    EXPECT_TRUE(told.by_path.empty());
    EXPECT_EQ(told.complaint,
              "lfs hsm_state: get HSM state for '/fsx/a' failed: Function not implemented");
}

TEST(StageLfs, ReadsActionsAndHowFarTheyAre) {
    const auto told = read_actions("/fsx/a: NOOP\n/fsx/b c: RESTORE running (4096 bytes moved)\n"
                                   "/fsx/a: (0x00000009) exists: ARCHIVE waiting (from 0 to EOF)\n",
                                   paths);
    EXPECT_EQ(told.by_path.at("/fsx/a"), HsmAction{});
    EXPECT_EQ(told.by_path.at("/fsx/b c"), (HsmAction{.busy = true, .moved = 4096}));
    EXPECT_EQ(told.by_path.at(paths[2]), (HsmAction{.busy = true}));
}

TEST(StageLfs, ReadsIdsWhichASinglePathHasAlone) {
    const auto several =
        read_fids("/fsx/a: [0x200000401:0x1:0x0]\n/fsx/b c: [0x2:0x1:0x0 ]\n", paths);
    EXPECT_EQ(several.by_path.size(), 1u);
    EXPECT_EQ(several.by_path.at("/fsx/a"), "[0x200000401:0x1:0x0]");
    const auto one = std::span(paths).first(1);
    EXPECT_EQ(read_fids("[0x200000401:0x1:0x0]\n", one).by_path.at("/fsx/a"),
              "[0x200000401:0x1:0x0]");
    EXPECT_TRUE(read_fids("--help\n", one).by_path.empty());
}

} // namespace stage_lfs_test
} // namespace fairlead::stage
