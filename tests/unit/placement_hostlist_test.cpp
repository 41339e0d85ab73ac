#include "placement/hostlist.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace fairlead::placement {
namespace {

using Names = std::vector<std::string>;

TEST(HostList, CompressesNeighbours) {
    EXPECT_EQ(compress({"n1", "n2", "n3", "n4"}), "n[1-4]");
    EXPECT_EQ(compress({"n4", "n2", "n1", "n7"}), "n[1-2,4,7]");
    EXPECT_EQ(compress({"queue1-dy-hpc7a-1", "queue1-dy-hpc7a-2"}), "queue1-dy-hpc7a-[1-2]");
    EXPECT_EQ(compress({"n9", "n10", "n11"}), "n[9-11]");
}

TEST(HostList, KeepsLeadingZeros) {
    EXPECT_EQ(compress({"n01", "n02"}), "n[01-02]");
    EXPECT_EQ(compress({"n09", "n10"}), "n[09-10]");
    EXPECT_EQ(compress({"n1", "n02", "n003"}), "n[1,02,003]");
}

TEST(HostList, NamesEachNodeOnceAndOthersByThemselves) {
    EXPECT_EQ(compress({"b", "a1", "b", "a1"}), "a1,b");
    EXPECT_EQ(compress({}), "");
    EXPECT_EQ(compress({"n", "n1", "n2"}), "n,n[1-2]");
}

TEST(HostList, NumbersTooLongForANumberStayText) {
    EXPECT_EQ(compress({"n12345678901", "n12345678902"}), "n12[345678901-345678902]");
    EXPECT_EQ(expand("n12[345678901-345678902]"), (Names{"n12345678901", "n12345678902"}));
}

TEST(HostList, ExpandsWhatSlurmPrints) {
    EXPECT_EQ(expand("n1"), Names{"n1"});
    EXPECT_EQ(expand("n[1-3,07],head"), (Names{"n1", "n2", "n3", "n07", "head"}));
    EXPECT_EQ(expand("r[1-2]n[08-09]"), (Names{"r1n08", "r1n09", "r2n08", "r2n09"}));
}

TEST(HostList, RefusesWhatIsNoListOfPlainNames) {
    for (const char* text :
         {"", "n[", "n]", "n[1-]", "n[2-1]", "n[a]", "n[1-2", "n1,", "n 1", "n[1-99999]", "n$(x)",
          "n[1-300]m[1-300]", "-n", "n[1-4294967296]", "n[1\n2]", "[]"})
        EXPECT_EQ(expand(text), std::nullopt) << text;
}

TEST(HostList, WhatIsCompressedExpandsToTheSame) {
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
        auto back = expand(compress(names));
        ASSERT_TRUE(back) << compress(names);
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
        std::ranges::sort(*back);
        EXPECT_EQ(*back, names) << compress(names);
    }
}

TEST(HostList, APlainNameHoldsNothingThatAFileOrAListReads) {
    EXPECT_TRUE(is_plain_name("queue1-dy-hpc7a_96-1.cluster"));
    for (const char* text : {"", "-n", ".n", "n 1", "n,1", "n[1]", "n#", "n\n", "n:", "n/1", "n=1"})
        EXPECT_FALSE(is_plain_name(text)) << text;
    EXPECT_FALSE(is_plain_name(std::string(256, 'n')));
}

} // namespace
} // namespace fairlead::placement
