#include "placement/hostlist.hpp"

#include "base/host_list.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace fairlead::placement {
namespace placement_hostlist_test {

using Names = std::vector<std::string>;

TEST(ShortHostList, CompressesNeighbours) {
    EXPECT_EQ(compress({"n1", "n2", "n3", "n4"}), "n[1-4]");
    EXPECT_EQ(compress({"n4", "n2", "n1", "n7"}), "n[1-2,4,7]");
    EXPECT_EQ(compress({"queue1-dy-hpc7a-1", "queue1-dy-hpc7a-2"}), "queue1-dy-hpc7a-[1-2]");
    EXPECT_EQ(compress({"n9", "n10", "n11"}), "n[9-11]");
}

TEST(ShortHostList, KeepsLeadingZeros) {
    EXPECT_EQ(compress({"n01", "n02"}), "n[01-02]");
    EXPECT_EQ(compress({"n09", "n10"}), "n[09-10]");
    EXPECT_EQ(compress({"n1", "n02", "n003"}), "n[1,02,003]");
}

TEST(ShortHostList, NamesEachNodeOnceAndOthersByThemselves) {
    EXPECT_EQ(compress({"b", "a1", "b", "a1"}), "a1,b");
    EXPECT_EQ(compress({}), "");
    EXPECT_EQ(compress({"n", "n1", "n2"}), "n,n[1-2]");
}

TEST(ShortHostList, NumbersTooLongForANumberStayText) {
    EXPECT_EQ(compress({"n12345678901", "n12345678902"}), "n12[345678901-345678902]");
    EXPECT_EQ(expand_host_list("n12[345678901-345678902]"),
              (Names{"n12345678901", "n12345678902"}));
}

TEST(ShortHostList, WhatIsCompressedExpandsToTheSame) {
    std::mt19937 random(7);
    const auto below = [&random](int limit) {
        return std::uniform_int_distribution(0, limit - 1)(random);
    };
    static const char* const prefixes[] = {"n", "n0", "q-dy-", "x1y", ""};
    for (int round = 0; round < 500; ++round) {
        Names names;
        for (int i = below(40); i >= 0; --i)
            names.push_back(
                std::string(prefixes[below(5)]) +
                (below(3) ? std::to_string(below(120)) : "0" + std::to_string(below(20))));
        auto back = expand_host_list(compress(names));
        ASSERT_TRUE(back) << compress(names);
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
        std::ranges::sort(*back);
        EXPECT_EQ(*back, names) << compress(names);
    }
}

} // namespace placement_hostlist_test
} // namespace fairlead::placement
