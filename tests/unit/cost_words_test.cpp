#include "cost/words.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_words_test {

TEST(CostWords, FindsTheHoldWhereverItStands) {
    EXPECT_EQ(hold_in("fairlead-hold=00c0ffee00c0ffee,at-most=1.2USD"), 0x00c0ffee00c0ffeeu);
    EXPECT_EQ(hold_in("ours;{\"a\":1};fairlead-hold=0000000000000007,at-most=1USD;more"), 7u);
}

TEST(CostWords, WhatIsNoHoldIsNone) {
    for (const char* text : {"", "hold=0000000000000007", "fairlead-hold=7", "fairlead-hold",
                             "x fairlead-hold=0000000000000007", "fairlead-hold=000000000000000g"})
        EXPECT_EQ(hold_in(text), std::nullopt) << text;
}

TEST(CostWords, KnowsAJobThatWasStopped) {
    EXPECT_TRUE(stopped_in("fairlead-stopped=FL-C201"));
    EXPECT_TRUE(stopped_in("ours;fairlead-stopped=FL-C201"));
    EXPECT_FALSE(stopped_in("fairlead-hold=0000000000000007"));
}

} // namespace cost_words_test
} // namespace fairlead::cost
