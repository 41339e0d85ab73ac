#include "prolog/stage_note.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace prolog_stage_note_test {

const std::string note =
    "FL-S110: s3://lab/a.dat not found. Job 4711 held, nothing deleted. Fix it, "
    "then: scontrol release 4711";

TEST(StageNote, SaysWhatToDo) {
    EXPECT_EQ(held_note({Code::S110, "s3://lab/a.dat not found."}, JobId{4711}), note);
}

TEST(StageNote, HoldsNothingThatACommentCannot) {
    const std::string said = held_note({Code::S110, "a;b\nc\x1b"}, JobId{4711});
    EXPECT_TRUE(said.starts_with("FL-S110: a,b?c?. Job")) << said;
}

TEST(StageNote, ReplacesAnEarlierOneAndNothingElse) {
    EXPECT_EQ(with_note("", note), note);
    EXPECT_EQ(with_note("site's own;{\"schema\":1}", note), "site's own;{\"schema\":1};" + note);
    EXPECT_EQ(with_note("a;FL-S112: slow. Job 4711 held;b", note), "a;b;" + note);
}

TEST(StageNote, IsSettledInTheEnd) {
    EXPECT_TRUE(has_note("a;" + note) && has_note(note));
    EXPECT_FALSE(has_note("") || has_note("a;b FL-S110"));
    EXPECT_EQ(with_note(note, ready_note(1)), "FL-S: staged in, 1 file");
}

TEST(StageNote, TellsOfProgressWhereTheReasonWillStand) {
    const std::string progress = progress_note({.bytes_done = std::int64_t{41} << 30,
                                                .bytes_total = std::int64_t{100} << 30,
                                                .files_done = 410,
                                                .files_total = 1000});
    EXPECT_EQ(progress, "FL-S: staging in, 41 % of 100.0 GiB, 410 of 1000 files");
    EXPECT_EQ(with_note(with_note("a", progress), note), "a;" + note);
}

} // namespace prolog_stage_note_test
} // namespace fairlead::prolog
