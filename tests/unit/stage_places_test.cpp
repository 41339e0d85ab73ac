#include "expect_error.hpp"
#include "stage/places.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_places_test {

const JobRun run{JobId{4711}, 2, "1763790000000000000"};

TEST(StagePlaces, NameARun) {
    EXPECT_EQ(parse_run("4711." + name_of(run)), run);
    for (const std::string text : {"", "4711", "4711.2", "0.2.1", "4711.-1.1", "4711.2.",
                                   "4711.2.x", "4711.2.1/../2", "4711.2.1.json"})
        EXPECT_FALSE(parse_run(text)) << text;
}

TEST(StagePlaces, OfAnotherStartOrSubmissionAreOthers) {
    const JobRun later{JobId{4711}, 3, run.id}, other{JobId{4711}, 2, "18"};
    EXPECT_NE(standing_file("/s", run), standing_file("/s", later));
    EXPECT_NE(standing_file("/s", run), standing_file("/s", other));
    EXPECT_EQ(work_place("/s", Direction::In, run), work_place("/s", Direction::In, later));
    EXPECT_NE(work_place("/s", Direction::In, run), work_place("/s", Direction::In, other));
    EXPECT_NE(work_place("/s", Direction::Out, run), work_place("/s", Direction::Out, later));
}

TEST(StagePlaces, AreRootsOwnButForWhatUsersSee) {
    const test::TempFolder folder;
    ASSERT_TRUE(test::succeeds(make_places(folder.path(), run.job)));
    EXPECT_EQ(test::mode_of(folder / "stage"), 0755U);
    EXPECT_EQ(test::mode_of(folder / "stage/status"), 0755U);
    EXPECT_EQ(test::mode_of(folder / "stage/jobs"), 0700U);
    EXPECT_EQ(test::mode_of(folder / "stage/queue"), 0700U);
    EXPECT_EQ(test::mode_of(folder / "stage/jobs/4711/claims"), 0700U);
}

TEST(StagePlaces, AreNotMadeOnAShareThatIsNotMounted) {
    EXPECT_TRUE(test::fails_with(make_places("/nonexistent/state", run.job), Code::S123, "mount"));
}

} // namespace stage_places_test
} // namespace fairlead::stage
