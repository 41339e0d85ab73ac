#include "expect_error.hpp"
#include "stage/claim.hpp"
#include "temp_folder.hpp"

#include <set>
#include <thread>
#include <vector>

namespace fairlead::stage {
namespace stage_claim_test {

using test::fails_with;
using test::succeeds;

constexpr JobId job{4711};

// F3 and F6 of the fault table.
TEST(StageClaim, TakesOverFromWhoeverHadIt) {
    const test::TempFolder folder;
    const auto first = make_claim(folder.path(), job, 100);
    ASSERT_TRUE(succeeds(first));
    EXPECT_EQ(first->epoch, 100);
    EXPECT_TRUE(succeeds(still_ours(*first)));
    const auto second = make_claim(folder.path(), job, 100);
    ASSERT_TRUE(succeeds(second));
    EXPECT_EQ(second->epoch, 101);
    EXPECT_TRUE(fails_with(still_ours(*first), Code::S122));
    EXPECT_TRUE(succeeds(still_ours(*second)));
}

TEST(StageClaim, RisesAlsoWhenAClockGoesBack) {
    const test::TempFolder folder;
    ASSERT_TRUE(succeeds(make_claim(folder.path(), job, 1000)));
    EXPECT_EQ(make_claim(folder.path(), job, 5)->epoch, 1001);
}

TEST(StageClaim, IsOfOneJob) {
    const test::TempFolder folder;
    const auto first = make_claim(folder.path(), job, 100);
    ASSERT_TRUE(succeeds(make_claim(folder.path(), JobId{4712}, 200)));
    EXPECT_TRUE(succeeds(still_ours(*first)));
}

TEST(StageClaim, IsNeverGivenTwice) {
    const test::TempFolder folder;
    std::vector<std::int64_t> epochs(8);
    {
        std::vector<std::jthread> threads;
        for (std::int64_t& epoch : epochs)
            threads.emplace_back([&] { epoch = make_claim(folder.path(), job, 100)->epoch; });
    }
    EXPECT_EQ(std::set(epochs.begin(), epochs.end()).size(), epochs.size());
}

// A prolog that claims between the service's look at a held job and its claim is not outranked.
TEST(StageClaim, OfTheServiceIsOutrankedByAnyProlog) {
    const test::TempFolder folder;
    const auto before = last_epoch(folder.path(), job);
    ASSERT_TRUE(succeeds(before));
    EXPECT_EQ(*before, 0);
    const auto prologs = make_claim(folder.path(), job, 100);
    EXPECT_TRUE(fails_with(claim_after(folder.path(), job, *before), Code::S122));
    EXPECT_TRUE(succeeds(still_ours(*prologs)));
}

TEST(StageClaim, OfTheServiceTakesOverFromTheOneItSaw) {
    const test::TempFolder folder;
    const auto old = claim_after(folder.path(), job, *last_epoch(folder.path(), job));
    ASSERT_TRUE(succeeds(old));
    const auto next = claim_after(folder.path(), job, *last_epoch(folder.path(), job));
    ASSERT_TRUE(succeeds(next));
    EXPECT_TRUE(fails_with(still_ours(*old), Code::S122));
    EXPECT_TRUE(fails_with(claim_after(folder.path(), job, old->epoch), Code::S122));
    EXPECT_TRUE(succeeds(make_claim(folder.path(), job, 1)));
    EXPECT_TRUE(fails_with(still_ours(*next), Code::S122));
}

} // namespace stage_claim_test
} // namespace fairlead::stage
