#include "topology/cpuset.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::topology {
namespace topology_cpuset_test {

CpuSet set_of(std::string_view list) { return CpuSet::from_list(list).value(); }

TEST(CpuSet, ReadsAndWritesListsAsLinuxDoes) {
    for (const std::string_view list :
         {"0", "0-3", "0-3,8", "1,3,5", "0-95,192-287", "510-513", "0,1919", "65535", "0-65535"})
        EXPECT_EQ(set_of(list).list(), list);
}

TEST(CpuSet, WritesTheShortestList) {
    EXPECT_EQ(set_of("3,1,2,0").list(), "0-3");
    EXPECT_EQ(set_of("0-4,2-8,8").list(), "0-8");
    EXPECT_EQ(set_of("4-4").list(), "4");
    EXPECT_EQ(set_of("0,1").list(), "0-1");
}

TEST(CpuSet, BlanksAroundAListAreIgnored) {
    EXPECT_EQ(set_of(" 0-3\n").list(), "0-3");
    EXPECT_TRUE(set_of("").empty());
    EXPECT_TRUE(set_of(" \n").empty());
}

TEST(CpuSet, RefusesWhatIsNoList) {
    for (const std::string_view list :
         {",",   "0,",    ",0",  "0,,1", "-",       "-1",  "1-", "1--3", "3-1",  "0-3-5", "a",
          "0x3", "1 - 2", "0 1", "+1",   "0-3:2/4", "all", "N",  "1.5",  "\xff", "0;1",   "0-\n3"})
        EXPECT_FALSE(CpuSet::from_list(list)) << list;
}

TEST(CpuSet, RefusesNumbersThatNoMachineHas) {
    for (const std::string_view list : {"65536", "0-65536", "0-4294967295", "4294967296",
                                        "99999999999999999999", "0-99999999999999999999"})
        EXPECT_FALSE(CpuSet::from_list(list)) << list;
}

TEST(CpuSet, KnowsItsMembers) {
    const auto set = set_of("2-4,9");
    EXPECT_EQ(set.cpus(), (std::vector<int>{2, 3, 4, 9}));
    EXPECT_EQ(set.size(), 4);
    EXPECT_EQ(set.first(), 2);
    EXPECT_EQ(set.last(), 9);
    EXPECT_TRUE(set.contains(3));
    EXPECT_FALSE(set.contains(5));
    EXPECT_FALSE(set.contains(100'000));
}

TEST(CpuSet, TheEmptySetHasNoMembers) {
    const CpuSet none;
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.size(), 0);
    EXPECT_EQ(none.first(), -1);
    EXPECT_EQ(none.last(), -1);
    EXPECT_EQ(none.list(), "");
    EXPECT_TRUE(none.cpus().empty());
}

TEST(CpuSet, AddsRemovesAndIntersects) {
    auto set = set_of("0-3");
    set.add(8);
    set.add(set_of("10-11"));
    EXPECT_EQ(set.list(), "0-3,8,10-11");
    set.remove(set_of("1-2,11-20"));
    EXPECT_EQ(set.list(), "0,3,8,10");
    EXPECT_EQ((set & set_of("3-9")).list(), "3,8");
    EXPECT_TRUE(set.intersects(set_of("10")));
    EXPECT_FALSE(set.intersects(set_of("1-2")));
}

TEST(CpuSet, InsideMeansEveryMember) {
    EXPECT_TRUE(set_of("1-2").inside(set_of("0-3")));
    EXPECT_FALSE(set_of("1-4").inside(set_of("0-3")));
    EXPECT_TRUE(CpuSet{}.inside(set_of("0")));
    EXPECT_FALSE(set_of("0").inside(CpuSet{}));
}

// The first 512 CPUs are kept apart from those behind them.
TEST(CpuSet, IsTheSameForManyCpusAsForFew) {
    const auto few = set_of("2,511"), many = set_of("2,512,1919");
    EXPECT_EQ(many.cpus(), (std::vector<int>{2, 512, 1919}));
    EXPECT_EQ(many.size(), 3);
    EXPECT_EQ(many.last(), 1919);
    EXPECT_EQ(few.next(2), 511);
    EXPECT_EQ(few.next(511), -1);
    EXPECT_EQ(many.next(2), 512);
    EXPECT_EQ(many.next(1919), -1);
    EXPECT_FALSE(few.contains(512));
    EXPECT_FALSE(few.contains(-1));
    EXPECT_EQ((few & many).list(), "2");
    EXPECT_EQ((many & few).list(), "2");
    EXPECT_EQ((many & set_of("600-2000")).list(), "1919");
    EXPECT_TRUE(set_of("1919").intersects(many));
    EXPECT_FALSE(set_of("511").intersects(many));
    EXPECT_TRUE(many.intersects(few));
    EXPECT_FALSE(many.inside(few));
    EXPECT_FALSE(few.inside(many));
    EXPECT_TRUE(set_of("2").inside(many));
    EXPECT_TRUE(set_of("512").inside(many));
    auto both = few;
    both.add(many);
    EXPECT_EQ(both.list(), "2,511-512,1919");
    auto other = many;
    other.add(few);
    EXPECT_EQ(both, other);
}

TEST(CpuSet, IsEqualWhateverItHeldBefore) {
    auto set = set_of("2,1919");
    set.remove(set_of("1000-2000"));
    EXPECT_EQ(set, set_of("2"));
    EXPECT_EQ(set_of("2"), set);
    EXPECT_EQ(set.last(), 2);
    set.remove(set_of("0-65535"));
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(set, CpuSet{});
    EXPECT_EQ(set.first(), -1);
    EXPECT_EQ(set.last(), -1);
}

TEST(CpuSet, IsAValue) {
    const auto original = set_of("0-3");
    CpuSet copy = original;
    copy.add(9);
    EXPECT_EQ(original.list(), "0-3");
    const CpuSet moved = std::move(copy);
    EXPECT_EQ(moved.list(), "0-3,9");
    CpuSet assigned;
    assigned = moved;
    EXPECT_EQ(assigned, moved);
    EXPECT_FALSE(assigned == original);
}

} // namespace topology_cpuset_test
} // namespace fairlead::topology
