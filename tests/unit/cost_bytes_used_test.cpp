#include "cost/bytes_used.hpp"

#include "cost/months.hpp"
#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_bytes_used_test {

using test::fails_with;
using test::succeeds;

std::string used(const std::string& rows) {
    const auto all = bytes_used("taken,group,bytes\n" + rows, "u.csv", *read_month("2026-06"));
    if (!all)
        return to_string(all.error());
    std::string text;
    for (const auto& [group, bytes] : *all)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", group, bytes);
    return text;
}

TEST(BytesUsed, ASampleHoldsUntilTheNextOfItsGroup) {
    EXPECT_EQ(used("2026-06-01,bio,300\n2026-06-16,bio,100\n2026-06-11,cfd,30\n"),
              "bio 200, cfd 30");
    EXPECT_EQ(used("2026-06-16,bio,100\n2026-06-01,bio,300\n"), "bio 200") << "in any order";
}

TEST(BytesUsed, OneOfTheMonthBeforeHoldsInIt) {
    EXPECT_EQ(used("2026-04-01,bio,7\n2026-05-20,bio,300\n2026-06-16,bio,100\n"), "bio 200");
    EXPECT_EQ(used("2026-05-20,bio,300\n"), "bio 300");
    EXPECT_EQ(used("2026-07-01,bio,300\n"), "");
}

TEST(BytesUsed, PetabytesFit) {
    EXPECT_EQ(used("2026-06-16,bio,9000000000000000000\n"), "bio 9000000000000000000");
}

TEST(BytesUsed, WhatIsDoubtfulIsNamedWithItsLine) {
    EXPECT_EQ(used("today,bio,1\n"), "u.csv:2: expected a time, a group and its bytes [FL-C306]");
    EXPECT_EQ(used("2026-06-01,bio,-1\n"),
              "u.csv:2: expected a time, a group and its bytes [FL-C306]");
    EXPECT_EQ(used("2026-06-01,,1\n"), "u.csv:2: expected a time, a group and its bytes [FL-C306]");
    EXPECT_EQ(used("2026-06-01,bio,1\n2026-06-01,bio,2\n"),
              "u.csv:3: bio has two samples of 2026-06-01T00:00:00Z [FL-C306]");
}

} // namespace cost_bytes_used_test
} // namespace fairlead::cost
