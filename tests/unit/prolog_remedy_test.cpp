#include "prolog/remedy.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace prolog_remedy_test {

using config::UnknownPlacement;
using placement::Standing;

constexpr JobKind batch{true, true, 0}, interactive{false, false, 0}, once_only{true, false, 0};

Remedy of(Standing standing, const JobKind& job) {
    return decide(standing, job, false, UnknownPlacement::Hold);
}

TEST(Remedy, NodesThatFitLetTheJobGoOn) {
    for (const JobKind& job : {batch, interactive, once_only})
        EXPECT_EQ(of(Standing::Conforming, job), Remedy::GoOn);
}

TEST(Remedy, ABatchJobIsSentBackTwiceAndThenHeld) {
    EXPECT_EQ(of(Standing::Violating, {true, true, 0}), Remedy::SendBack);
    EXPECT_EQ(of(Standing::Violating, {true, true, 1}), Remedy::SendBack);
    EXPECT_EQ(of(Standing::Violating, {true, true, 2}), Remedy::Hold);
    EXPECT_EQ(of(Standing::Violating, {true, true, 3}), Remedy::Hold);
}

TEST(Remedy, WhatCannotBeRequeuedEnds) {
    EXPECT_EQ(of(Standing::Violating, interactive), Remedy::End);
    EXPECT_EQ(of(Standing::Violating, once_only), Remedy::End);
}

TEST(Remedy, UnknownIsNotViolatingUntilEc2WasAsked) {
    for (const JobKind& job : {batch, interactive, once_only})
        EXPECT_EQ(of(Standing::Unknown, job), Remedy::GoOn);
    EXPECT_EQ(decide(Standing::Unknown, batch, true, UnknownPlacement::Hold), Remedy::Hold);
    EXPECT_EQ(decide(Standing::Unknown, interactive, true, UnknownPlacement::Hold), Remedy::End);
    EXPECT_EQ(decide(Standing::Unknown, batch, true, UnknownPlacement::Run), Remedy::GoOn);
}

} // namespace prolog_remedy_test
} // namespace fairlead::prolog
