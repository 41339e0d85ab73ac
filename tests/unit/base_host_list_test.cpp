#include "base/host_list.hpp"

#include <gtest/gtest.h>

namespace fairlead {
namespace base_host_list_test {

using Names = std::vector<std::string>;

TEST(HostList, OfOneNameIsThatName) { EXPECT_EQ(expand_host_list("head"), Names{"head"}); }

TEST(HostList, ExpandsRangesAndSingleNumbersInTheOrderWritten) {
    EXPECT_EQ(expand_host_list("n[1-3,7],head"), (Names{"n1", "n2", "n3", "n7", "head"}));
}

TEST(HostList, KeepsLeadingZeros) {
    EXPECT_EQ(expand_host_list("n[08-11]"), (Names{"n08", "n09", "n10", "n11"}));
}

TEST(HostList, ExpandsSeveralBracketsOfOneName) {
    EXPECT_EQ(expand_host_list("r[1-2]n[3-4]-eth"),
              (Names{"r1n3-eth", "r1n4-eth", "r2n3-eth", "r2n4-eth"}));
}

TEST(HostList, ThatIsDamagedIsNone) {
    for (const std::string text : {"", "n[1-", "n[3-1]", "n[a]", "n[]", "n1,", ",n1", "n[1-2],,m",
                                   "n[-1]", "../x", "n 1", "n]1[", ".hidden"})
        EXPECT_EQ(expand_host_list(text), std::nullopt) << text;
}

TEST(HostList, OfMoreNamesThanAClusterHasIsNone) {
    EXPECT_EQ(expand_host_list("n[1-65536]")->size(), most_hosts);
    EXPECT_EQ(expand_host_list("n[0-65536]"), std::nullopt);
    EXPECT_EQ(expand_host_list("n[1-65536],m"), std::nullopt);
    EXPECT_EQ(expand_host_list("n[0-999]m[0-999]"), std::nullopt);
    EXPECT_EQ(expand_host_list("n[0-99999999999999999999999]"), std::nullopt);
    EXPECT_EQ(expand_host_list("n[" + std::string(300, '0') + "1-2]"), std::nullopt);
}

TEST(HostList, MayNameMoreWhereTheCallerSaysSo) {
    EXPECT_EQ(expand_host_list("n[1-100000]", 1'000'000)->back(), "n100000");
    EXPECT_EQ(expand_host_list("n[0-1000000]", 1'000'000), std::nullopt);
    EXPECT_EQ(expand_host_list("n[1-3]", 2), std::nullopt);
}

TEST(HostList, IsCountedWithoutBeingWrittenOut) {
    for (const std::string text : {"head", "n[1-3,7],head", "n[08-11]", "r[1-2]n[3-4]-eth"})
        EXPECT_EQ(count_hosts(text), expand_host_list(text)->size()) << text;
    EXPECT_EQ(count_hosts("n[1-65536]"), most_hosts);
    for (const std::string text :
         {"", "n[1-", "n[3-1]", "n[a]", "n[]", "n[0-65536]", "n[1-65536],m", "n[0-999]m[0-999]",
          "n[0-99999999999999999999999]"})
        EXPECT_EQ(count_hosts(text), std::nullopt) << text;
}

TEST(HostName, IsSafeAsAFileName) {
    for (const std::string name : {"n1", "ip-10-0-0-1", "hpc_a.cluster.local"})
        EXPECT_TRUE(is_host_name(name)) << name;
    EXPECT_TRUE(is_host_name(std::string(200, 'n')));
    EXPECT_FALSE(is_host_name(std::string(201, 'n')));
    for (const std::string name : {"", ".", "..", ".x", "a/b", "a b", "a\nb", "a\xff"})
        EXPECT_FALSE(is_host_name(name)) << name;
}

} // namespace base_host_list_test
} // namespace fairlead
