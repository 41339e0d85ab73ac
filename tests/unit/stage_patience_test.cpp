#include "stage/patience.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_patience_test {

using namespace std::chrono_literals;

struct StagePatience : testing::Test {
    std::int64_t signs = 0;
    Patience::Clock::time_point now{};
    Patience patience{1500s, 300s, [this] { return signs; }, [this] { return now; }};
};

TEST_F(StagePatience, EndsWhereNothingGoesOn) {
    EXPECT_EQ(patience.left(), 300s);
    now += 299s;
    EXPECT_EQ(patience.left(), 1s);
    now += 2s;
    EXPECT_LT(patience.left(), 0s);
}

TEST_F(StagePatience, LastsLongerWithEachSignOfProgressButNotBeyondTheDeadline) {
    for (int i = 0; i < 5; ++i) {
        now += 200s;
        ++signs;
        EXPECT_EQ(patience.left(), 300s) << i;
    }
    now += 290s;
    ++signs;
    EXPECT_EQ(patience.left(), 210s);
    now += 210s;
    ++signs;
    EXPECT_EQ(patience.left(), 0s);
}

} // namespace stage_patience_test
} // namespace fairlead::stage
