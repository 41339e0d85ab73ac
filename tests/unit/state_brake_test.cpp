#include "state/brake.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace fairlead::state {
namespace state_brake_test {

using test::fails_with;
using test::TempFolder;

constexpr std::int64_t noon = 1795262400;
constexpr std::int64_t hour = 3600;

class BrakeTest : public testing::Test {
  protected:
    Result<bool> wish(const std::string& node, Code code = Code::E201, std::int64_t now = noon,
                      const std::string& partition = "hpc") const {
        return may_drain(folder.path(), brake, {{{partition, nodes}}, node, "boot", code, now});
    }
    bool allowed_in(const std::string& boot, const std::string& node = "n1",
                    std::int64_t now = noon) const {
        const auto answer =
            may_drain(folder.path(), brake, {{{"hpc", nodes}}, node, boot, Code::E201, now});
        EXPECT_TRUE(test::succeeds(answer));
        return answer.value_or(false);
    }
    bool allowed(const std::string& node, Code code = Code::E201, std::int64_t now = noon,
                 const std::string& partition = "hpc") const {
        const auto answer = wish(node, code, now, partition);
        EXPECT_TRUE(test::succeeds(answer));
        return answer.value_or(false);
    }
    int drained_of(int tries) const {
        int count = 0;
        for (int i = 0; i < tries; ++i)
            count += allowed("n" + std::to_string(i));
        return count;
    }

    TempFolder folder;
    config::Brake brake;
    int nodes = 8;
};

TEST_F(BrakeTest, OneCheckDrainsTwoNodesOfASmallPartition) { EXPECT_EQ(drained_of(8), 2); }

TEST_F(BrakeTest, OneCheckDrainsOneInTwentyOfALargeOne) {
    nodes = 100;
    EXPECT_EQ(drained_of(100), 5);
}

TEST_F(BrakeTest, WhatItKeepsInServiceIsKnownForAnHour) {
    EXPECT_TRUE(braked(folder.path(), noon).empty());
    EXPECT_EQ(drained_of(4), 2);
    EXPECT_EQ(drained_of(4), 2); // the same again changes nothing
    EXPECT_TRUE(allowed("n9", Code::E204));
    folder.write("brake/damaged.json", "{}");
    const auto held = braked(folder.path(), noon + 1);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].partition, "hpc");
    EXPECT_EQ(held[0].code, "FL-E201");
    EXPECT_EQ(held[0].drained, (std::vector<std::string>{"n0", "n1"}));
    EXPECT_EQ(held[0].withheld, (std::vector<std::string>{"n2", "n3"}));
    EXPECT_TRUE(braked(folder.path(), noon + hour).empty());
    nodes = 100;
    EXPECT_TRUE(allowed("n2", Code::E201, noon + 2)); // there is room now
    EXPECT_EQ(braked(folder.path(), noon + 3)[0].withheld, std::vector<std::string>{"n3"});
}

TEST_F(BrakeTest, TheSiteSaysHowMany) {
    brake = {.nodes = 0, .percent = 0};
    EXPECT_EQ(drained_of(8), 0);
    brake = {.nodes = 3, .percent = 100};
    EXPECT_EQ(drained_of(20), 8);
}

// Two prologs and a health check find the same node broken.
TEST_F(BrakeTest, TheSameBootOfANodeCountsOnce) {
    EXPECT_TRUE(allowed("n1"));
    EXPECT_TRUE(allowed("n1"));
    EXPECT_TRUE(allowed("n2"));
    EXPECT_TRUE(allowed("n1"));
    EXPECT_FALSE(allowed("n3"));
}

// ParallelCluster launches another instance under the same name: a wrong row of the catalog would
// have it drain, and pay, the same two for ever.
TEST_F(BrakeTest, ANodeThatWasStartedAnewCountsAnew) {
    EXPECT_TRUE(allowed_in("a", "n1"));
    EXPECT_TRUE(allowed_in("a", "n2"));
    EXPECT_FALSE(allowed_in("b", "n1"));
    EXPECT_FALSE(allowed_in("b", "n2"));
    const auto held = braked(folder.path(), noon);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].withheld, (std::vector<std::string>{"n1", "n2"}));
    EXPECT_TRUE(allowed_in("b", "n1", noon + hour));
    EXPECT_TRUE(allowed_in("c", "n1", noon + hour));
    EXPECT_FALSE(allowed_in("d", "n1", noon + hour));
    EXPECT_EQ(braked(folder.path(), noon + hour)[0].drained,
              (std::vector<std::string>{"n1", "n1"}));
}

TEST_F(BrakeTest, ABootThatIsNotKnownIsAnother) {
    EXPECT_TRUE(allowed_in(""));
    EXPECT_TRUE(allowed_in(""));
    EXPECT_FALSE(allowed_in(""));
}

TEST_F(BrakeTest, EntriesOfAnEarlierReleaseAreOfAnotherBoot) {
    folder.write("brake/hpc.json", R"({"schema":"fairlead.brake/1","drained":{"FL-E201":
        [{"node":"n1","when":1795262400}, {"node":"n2","boot":7,"when":1795262400}]}})");
    EXPECT_FALSE(allowed_in("a", "n1"));
    EXPECT_FALSE(allowed_in("a", "n2"));
    EXPECT_FALSE(allowed_in("a", "n3"));
}

TEST_F(BrakeTest, EachCheckHasItsOwn) {
    EXPECT_EQ(drained_of(8), 2);
    EXPECT_TRUE(allowed("n7", Code::E206));
}

TEST_F(BrakeTest, EachPartitionHasItsOwn) {
    EXPECT_EQ(drained_of(8), 2);
    EXPECT_TRUE(allowed("n7", Code::E201, noon, "gpu"));
}

// Jobs of two partitions over the same nodes find them broken in turn.
TEST_F(BrakeTest, ANodeOfTwoPartitionsCountsInBoth) {
    const auto both = [&](const char* node) {
        return may_drain(folder.path(), brake,
                         {{{"watch", 8}, {"hpc", 8}}, node, "boot", Code::E201, noon})
            .value();
    };
    EXPECT_TRUE(both("n1"));
    EXPECT_TRUE(allowed("n2"));
    EXPECT_FALSE(both("n3"));
    EXPECT_FALSE(allowed("n4"));
    EXPECT_TRUE(allowed("n5", Code::E201, noon, "watch")); // of this partition alone
    EXPECT_FALSE(allowed("n6", Code::E201, noon, "watch"));
}

TEST_F(BrakeTest, AnHourLaterItIsReleased) {
    EXPECT_EQ(drained_of(8), 2);
    EXPECT_FALSE(allowed("n7", Code::E201, noon + hour - 1));
    EXPECT_TRUE(allowed("n7", Code::E201, noon + hour));
}

TEST_F(BrakeTest, AClockThatRunsAheadDoesNotReleaseIt) {
    EXPECT_TRUE(allowed("n1", Code::E201, noon + 300));
    EXPECT_TRUE(allowed("n2", Code::E201, noon + 300));
    EXPECT_FALSE(allowed("n3"));
}

// As many nodes ask at once as a wrong row of the catalog makes.
TEST_F(BrakeTest, HoldsWhenAllNodesAskAtOnce) {
    std::atomic<int> drained = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i)
            threads.emplace_back(
                [&, i] { drained += wish("n" + std::to_string(i)).value_or(false); });
    }
    EXPECT_EQ(drained, 2);
}

TEST_F(BrakeTest, ADamagedStateDrainsNothing) {
    for (const char* text : {"rubbish", "{}", R"({"schema":"fairlead.brake/1"})",
                             R"({"schema":"fairlead.brake/1","drained":[]})"}) {
        folder.write("brake/hpc.json", text);
        EXPECT_TRUE(fails_with(wish("n1"), Code::X203, "hpc.json")) << text;
    }
    folder.write("brake/hpc.json", R"({"schema":"fairlead.brake/9","drained":{}})");
    EXPECT_TRUE(fails_with(wish("n1"), Code::X202));
}

TEST_F(BrakeTest, EntriesOfAnotherFormAreDropped) {
    folder.write("brake/hpc.json", R"({"schema":"fairlead.brake/1","drained":{"FL-E201":
        [5, {"node":1,"when":2}, {"node":"n9"}, {"node":"n9","when":"now"}], "FL-E206":7}})");
    EXPECT_EQ(drained_of(8), 2);
}

TEST_F(BrakeTest, WithoutSharedStorageNothingIsDrained) {
    EXPECT_TRUE(fails_with(
        may_drain(folder / "none", brake, {{{"hpc", 8}}, "n1", "boot", Code::E201, noon}),
        Code::X201, "does not exist"));
    folder.write("brake", "a file");
    EXPECT_TRUE(fails_with(wish("n1"), Code::X201));
}

TEST_F(BrakeTest, APartitionThatIsNoFileNameDrainsNothing) {
    for (const char* partition : {"", "..", "a/b", "a b", ".hidden"})
        EXPECT_TRUE(fails_with(wish("n1", Code::E201, noon, partition), Code::X203)) << partition;
    EXPECT_EQ(test::entries_in(folder.path()), 0u);
}

} // namespace state_brake_test
} // namespace fairlead::state
