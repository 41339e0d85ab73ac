#include "stage/hand_server.hpp"

#include "stage/hand_message.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_hand_server_test {

// What it does is tested by what asks it, in stage_hand_test.cpp.
TEST(StageHandServer, HasFrom1To16Lanes) {
    for (const int lanes : {-1, 0, most_lanes + 1})
        EXPECT_EQ(serve_hand(lanes), 1) << lanes;
}

} // namespace stage_hand_server_test
} // namespace fairlead::stage
