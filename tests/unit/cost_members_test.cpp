#include "cost/members.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_members_test {

TEST(Members, AreTheUsersOfEachAccountOnceAndInOrder) {
    const auto all = members_of("root|\nroot|root\ncfd|\nBio|\nbio|eve\nbio|ada\nbio|eve\n");
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].account, "bio");
    EXPECT_EQ(all[0].users, (std::vector<std::string>{"ada", "eve"})) << "once for each partition";
    EXPECT_EQ(all[1].account, "cfd");
    EXPECT_TRUE(all[1].users.empty());
}

TEST(Members, OfWhatIsNoLineAreNone) {
    EXPECT_TRUE(members_of("").empty());
    EXPECT_TRUE(members_of("sacctmgr: warning\n|ada\nbio|ada|x\n").empty());
}

TEST(Members, MayNameTheirAccountAlone) {
    const auto all = members_of("bio|ada\ncfd|ben\nempty|\n");
    EXPECT_TRUE(may_name(all, "bio", "ada"));
    EXPECT_FALSE(may_name(all, "bio", "ben"));
    EXPECT_FALSE(may_name(all, "empty", "ada"));
    EXPECT_FALSE(may_name(all, "nowhere", "ada"));
}

TEST(Members, WhereNothingIsKnownAnybodyMay) {
    const auto all = members_of("bio|ada\n");
    EXPECT_TRUE(may_name({}, "bio", "ben"));
    EXPECT_TRUE(may_name(all, "", "ben")) << "their default account";
    EXPECT_TRUE(may_name(all, "bio", "")) << "not looked up yet";
}

} // namespace cost_members_test
} // namespace fairlead::cost
