#include "cost/account_tree.hpp"

#include "cost/groups.hpp"
#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_account_tree_test {

TEST(AccountTree, EachAccountBelowRootIsAGroupWithAllBelowIt) {
    EXPECT_EQ(groups_yaml_of("root||\nroot|root|root\nbio|root|\nbio||ada\nbio-gpu|bio|\n"
                             "deep|bio-gpu|\ncfd|root|\n"),
              "schema: fairlead.groups/1\ngroups:\n"
              "  bio: {accounts: [bio, bio-gpu, deep]}\n"
              "  cfd: {accounts: [cfd]}\n");
}

TEST(AccountTree, IsReadBackWhateverTheNamesAre) {
    const auto groups =
        parse_groups(groups_yaml_of("null|root|\nit's|root|\n12|root|\na: b|12|\n"), "groups.yaml");
    ASSERT_TRUE(test::succeeds(groups));
    ASSERT_EQ(groups->groups.size(), 3u);
    EXPECT_EQ(groups->groups[0].accounts, (std::vector<std::string>{"12", "a: b"}));
    EXPECT_EQ(groups->groups[1].name, "it's");
    EXPECT_EQ(groups->groups[2].name, "null");
}

TEST(AccountTree, AccountsThatGoInACircleEnd) {
    EXPECT_NE(groups_yaml_of("a|b|\nb|a|\n").find("accounts: ["), std::string::npos);
}

} // namespace cost_account_tree_test
} // namespace fairlead::cost
