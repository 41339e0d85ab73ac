#include "state/placement_word.hpp"

#include "base/files.hpp"
#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <ctime>
#include <gtest/gtest.h>

namespace fairlead::state {
namespace state_placement_word_test {

using test::fails_with;
using test::succeeds;

constexpr JobStart start{JobId{4711}, 1};

TEST(PlacementWord, IsAskedForByOneNodeAlone) {
    const test::TempFolder shared;
    EXPECT_TRUE(fails_with(read_placement_word(shared.path(), start), Code::X101, "4711.1"));
    EXPECT_TRUE(take_question(shared.path(), start).value_or(false));
    EXPECT_FALSE(take_question(shared.path(), start).value_or(true));
    EXPECT_TRUE(take_question(shared.path(), {start.job, 2}).value_or(false));
    const auto word = read_placement_word(shared.path(), start);
    ASSERT_TRUE(succeeds(word));
    EXPECT_FALSE(word->said);
}

TEST(PlacementWord, SaysThatTheJobMayRunOrWhyNot) {
    const test::TempFolder shared;
    ASSERT_TRUE(take_question(shared.path(), start));
    ASSERT_TRUE(succeeds(say_placement(shared.path(), start, std::nullopt)));
    auto word = read_placement_word(shared.path(), start);
    ASSERT_TRUE(succeeds(word));
    EXPECT_TRUE(word->said);
    EXPECT_EQ(word->refusal, std::nullopt);
    ASSERT_TRUE(succeeds(say_placement(shared.path(), start, "too far apart [FL-E220]")));
    word = read_placement_word(shared.path(), start);
    ASSERT_TRUE(succeeds(word));
    EXPECT_EQ(word->refusal, "too far apart [FL-E220]");
    EXPECT_EQ(test::mode_of(placement_word_file(shared.path(), start)), 0600U);
}

TEST(PlacementWord, ThatIsDamagedSaysNothing) {
    const test::TempFolder shared;
    shared.write("placement/4711.1", "torn");
    EXPECT_TRUE(fails_with(read_placement_word(shared.path(), start), Code::X203, ""));
}

TEST(PlacementWord, IsNotMadeOnAShareThatIsNotMounted) {
    EXPECT_TRUE(fails_with(take_question("/nonexistent/state", start), Code::X201, "mount"));
}

TEST(PlacementWord, OfNodesThatVanishedGoesAfterAWeek) {
    const test::TempFolder shared;
    ASSERT_TRUE(take_question(shared.path(), start));
    constexpr std::time_t day = 24 * 3600;
    const std::time_t now = std::time(nullptr);
    tidy_placement_words(shared.path(), now + 6 * day);
    EXPECT_TRUE(succeeds(read_placement_word(shared.path(), start)));
    tidy_placement_words(shared.path(), now + 8 * day);
    EXPECT_FALSE(read_placement_word(shared.path(), start));
}

} // namespace state_placement_word_test
} // namespace fairlead::state
