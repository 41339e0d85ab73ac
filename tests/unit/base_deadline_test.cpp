#include "base/deadline.hpp"

#include <gtest/gtest.h>

namespace fairlead {
namespace base_deadline_test {

using namespace std::chrono_literals;

TEST(Deadline, GivesNoMoreThanAskedFor) {
    const Deadline deadline{1h};
    EXPECT_EQ(deadline.share(5s), 5s);
    EXPECT_LE(deadline.share(2h), 1h);
    EXPECT_GT(deadline.share(2h), 30min);
}

TEST(Deadline, KeepsWhatIsReserved) {
    const Deadline deadline{1h};
    EXPECT_LE(deadline.share(1h, 40min), 20min);
    EXPECT_EQ(deadline.share(5s, 2h), 0ms);
}

TEST(Deadline, ThatIsOverGivesNothing) {
    const Deadline deadline{-1s};
    EXPECT_EQ(deadline.left(), 0ms);
    EXPECT_EQ(deadline.share(5s), 0ms);
}

} // namespace base_deadline_test
} // namespace fairlead
