#include "stage/queued.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_queued_test {

TEST(StageQueued, TheWordIsReadAsItIsWritten) {
    EXPECT_EQ(queued_id(queued_note("1763")), "1763");
    EXPECT_EQ(queued_id("fairlead-hold=12;" + queued_note("1763") + ";other"), "1763");
    EXPECT_EQ(without_queued("a;" + queued_note("1763")), "a;FL-S: held until its data is there");
}

TEST(StageQueued, WhatIsNoSuchWordNamesNoSubmission) {
    for (const char* comment : {"", "fairlead-stage", "fairlead-stage=", "fairlead-stage=../x",
                                "x fairlead-stage=1", "fairlead-stage=123456789012345678901"})
        EXPECT_EQ(queued_id(comment), std::nullopt) << comment;
}

TEST(StageQueued, OneLineAsksForAll) {
    Request request{"1", {{.direction = Direction::In}, {.direction = Direction::Out}}};
    EXPECT_FALSE(asks_queued(request));
    request.transfers.front().when = When::Queued;
    EXPECT_TRUE(asks_queued(request));
}

} // namespace stage_queued_test
} // namespace fairlead::stage
