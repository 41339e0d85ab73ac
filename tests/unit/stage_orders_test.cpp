#include "expect_error.hpp"
#include "stage/orders.hpp"

namespace fairlead::stage {
namespace stage_orders_test {

using test::fails_with;
using test::succeeds;

const config::Staging site{
    .profiles = {
        {"reference", {"in src=s3://lab/ref/ dst=/fsx/ref/", "out src=/fsx/r dst=s3://lab/r"}},
        {"broken", {"in src=/a"}},
        {"nested", {"in profile=reference"}}}};

TEST(StageOrders, OfOptionsAndScriptAreOne) {
    const auto all = gather({"7\nin /a:/b", "#!/bin/sh\n#STAGE out src=/c dst=/d\n"}, site);
    ASSERT_TRUE(succeeds(all));
    EXPECT_EQ(all->id, "7");
    ASSERT_EQ(all->transfers.size(), 2U);
    EXPECT_EQ(all->transfers[0].source, "/a");
    EXPECT_EQ(all->transfers[1].source, "/c");
}

TEST(StageOrders, SpellProfilesOutInTheDirectionThatIsAskedFor) {
    const auto all = gather({"7\nin profile=reference", {}}, site);
    ASSERT_TRUE(succeeds(all));
    ASSERT_EQ(all->transfers.size(), 1U);
    EXPECT_EQ(all->transfers[0].source, "s3://lab/ref/");
}

TEST(StageOrders, NameTheNearestProfile) {
    EXPECT_TRUE(fails_with(gather({"7\nin profile=refrence", {}}, site), Code::S101,
                           "did you mean 'reference'?"));
    EXPECT_TRUE(fails_with(gather({"7\nin profile=a", {}}, {}), Code::S101, "has none"));
    EXPECT_TRUE(
        fails_with(gather({"7\nin profile=broken", {}}, site), Code::S101, "profile broken"));
    EXPECT_TRUE(fails_with(gather({"7\nin profile=nested", {}}, site), Code::S101, "another"));
    EXPECT_TRUE(fails_with(check_profiles(site), Code::S101, "profile broken"));
}

TEST(StageOrders, ThatAreGivenTwiceAreThereOnce) {
    const auto all = gather({"7\nin /a:/b\nin /a:/b", "#!\n#STAGE in src=/a dst=/b\n"}, site);
    ASSERT_TRUE(succeeds(all));
    EXPECT_EQ(all->transfers.size(), 1U);
}

TEST(StageOrders, AreSeenWithoutReadingThem) {
    EXPECT_FALSE((Orders{{}, "#!/bin/sh\nhostname"}.any()));
    EXPECT_TRUE((Orders{{}, "#!/bin/sh\n#STAGE nonsense"}.any()));
    EXPECT_TRUE((Orders{"", {}}.any()));
}

} // namespace stage_orders_test
} // namespace fairlead::stage
