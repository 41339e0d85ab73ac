#include "jobsubmit/callers.hpp"

#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::jobsubmit {
namespace {

TEST(JobSubmitCallers, AreLookedUpWhenAskedForAndKept) {
    const test::TempFolder dir;
    const auto file = dir / "callers.json";
    Callers callers(file);
    EXPECT_TRUE(callers.table()->empty());
    callers.want(0);
    callers.want(0);
    callers.want(4000000000);
    EXPECT_TRUE(callers.table()->empty()) << "only the thread looks up";
    callers.refresh();
    ASSERT_TRUE(callers.table()->contains(0));
    EXPECT_EQ(callers.table()->at(0).name, "root");
    EXPECT_EQ(callers.table()->at(0).groups.front(), "root");
    EXPECT_EQ(callers.table()->at(4000000000).name, "4000000000") << "nobody, and known to be";
    EXPECT_EQ(*Callers(file).table(), *callers.table());
}

TEST(JobSubmitCallers, AreLookedUpByName) {
    const test::TempFolder dir;
    Callers callers(dir / "callers.json");
    const std::vector<std::string> names{"root", "no-such-user"};
    callers.expect(names);
    EXPECT_EQ(callers.table()->size(), 1u);
    EXPECT_EQ(callers.table()->at(0).name, "root");
}

TEST(JobSubmitCallers, AreDroppedWhereTooManyComeAtOnce) {
    const test::TempFolder dir;
    Callers callers(dir / "callers.json");
    for (uid_t uid = 4000000000; uid < 4000001000; ++uid)
        callers.want(uid);
    callers.refresh();
    const std::size_t first = callers.table()->size();
    EXPECT_GT(first, 100u);
    EXPECT_LT(first, 1000u);
    callers.want(4000000999);
    callers.refresh();
    EXPECT_EQ(callers.table()->size(), first + 1);
}

} // namespace
} // namespace fairlead::jobsubmit
