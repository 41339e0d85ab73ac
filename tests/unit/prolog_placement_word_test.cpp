#include "prolog/placement_word.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace fairlead::prolog {
namespace prolog_placement_word_test {

using namespace std::chrono_literals;
using Kind = Hearing::Kind;

constexpr state::JobStart start{JobId{4711}, 0};
constexpr auto plenty = 60s;
constexpr WordPatience patience{.shortest = 1ms, .longest = 2ms, .first_word = plenty};
constexpr bool first = true, other = false;

struct HearWord : testing::Test {
    Hearing hear(bool role, std::chrono::milliseconds time = plenty,
                 const WordPatience& how = patience) const {
        return hear_word(shared.path(), start, role, time, how);
    }
    void say(const std::optional<std::string>& refusal) const {
        ASSERT_TRUE(test::succeeds(state::say_placement(shared.path(), start, refusal)));
    }
    const test::TempFolder shared;
};

TEST_F(HearWord, TheFirstNodeAsksAtOnce) { EXPECT_EQ(hear(first).kind, Kind::Ours); }

TEST_F(HearWord, TheOthersWaitUntilItHasSpoken) {
    ASSERT_EQ(hear(first).kind, Kind::Ours);
    std::optional<Hearing> heard;
    {
        const std::jthread follower([&] { heard = hear(other); });
        say("too far apart [FL-E220]");
    }
    EXPECT_EQ(heard->kind, Kind::Said);
    EXPECT_EQ(heard->refusal, "too far apart [FL-E220]");
}

TEST_F(HearWord, ThatTheJobMayRunIsHeardAtOnce) {
    ASSERT_EQ(hear(first).kind, Kind::Ours);
    say(std::nullopt);
    EXPECT_EQ(hear(other).kind, Kind::Said);
    EXPECT_EQ(hear(other).refusal, std::nullopt);
    EXPECT_EQ(hear(first).kind, Kind::Said);
}

TEST_F(HearWord, AFirstNodeThatFallsSilentIsNoLeaveToRun) {
    ASSERT_EQ(hear(first).kind, Kind::Ours);
    EXPECT_EQ(hear(other, 20ms).kind, Kind::Silence);
}

TEST_F(HearWord, WhereTheFirstNodeRunsNoPrologAnotherAsks) {
    WordPatience none = patience;
    none.first_word = 0ms;
    EXPECT_EQ(hear(other, plenty, none).kind, Kind::Ours);
    EXPECT_EQ(hear(other, 20ms, none).kind, Kind::Silence);
}

TEST_F(HearWord, WithoutSharedStorageTheFirstNodeAsksForItself) {
    const std::filesystem::path gone = "/nonexistent/state";
    EXPECT_EQ(hear_word(gone, start, first, plenty, patience).kind, Kind::Ours);
    WordPatience none = patience;
    none.first_word = 0ms;
    EXPECT_EQ(hear_word(gone, start, other, plenty, none).kind, Kind::Silence);
}

} // namespace prolog_placement_word_test
} // namespace fairlead::prolog
