#include "stage/cluster.hpp"

#include <gtest/gtest.h>
#include <string>

namespace fairlead::stage {
namespace stage_cluster_test {

std::vector<Error> findings(const std::string& flags, const std::string& timeout) {
    return findings_of("PrologEpilogTimeout     = " + timeout +
                           "\nPrologSlurmctld         = (null)\n" +
                           "PrologFlags             = " + flags + "\n",
                       {.deadline = 1500});
}

TEST(StageCluster, NeedsAllocAndDeferBatch) {
    EXPECT_TRUE(findings("Alloc,Contain,DeferBatch", "65534").empty());
    for (const std::string flags : {"Alloc", "(null)", "", "DeferBatch", "Alloc,DeferBatches"}) {
        const auto found = findings(flags, "65534");
        ASSERT_EQ(found.size(), 1U) << flags;
        EXPECT_EQ(found[0].code, Code::S104);
    }
}

TEST(StageCluster, NeedsAStallThatASyncDoesNotOutlast) {
    EXPECT_TRUE(check_stall({}));
    EXPECT_TRUE(check_stall({.stall = 60}));
    const auto found = check_stall({.stall = 59});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::X106);
    EXPECT_TRUE(found.error().message.contains("59 s; expected 60 or more"));
}

TEST(StageCluster, NeedsTimeForTheProlog) {
    EXPECT_TRUE(findings("Alloc,DeferBatch", "1560").empty());
    const auto found = findings("Alloc,DeferBatch", "1559");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].message.contains("PrologEpilogTimeout to 1560")) << found[0].message;
}

TEST(StageCluster, NeedsABatchStartTimeoutThatStagingDoesNotOutlast) {
    const std::string flags = "PrologFlags = Alloc,DeferBatch\nBatchStartTimeout       = ";
    EXPECT_TRUE(findings_of(flags + "1560 sec\n", {.deadline = 1500}).empty());
    const auto found = findings_of(flags + "10 sec\n", {.deadline = 1500});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].message.contains("BatchStartTimeout=10: a job whose prolog takes longer"));
    EXPECT_TRUE(found[0].message.contains("1560 or more"));
}

TEST(StageCluster, KnowsTheNewerNameOfTheTimeout) {
    EXPECT_EQ(findings_of("PrologFlags = Alloc,DeferBatch\nPrologTimeout = 10\n", {}).size(), 1U);
}

} // namespace stage_cluster_test
} // namespace fairlead::stage
