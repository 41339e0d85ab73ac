#include "state/policy_state.hpp"

#include "base/files.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::state {
namespace state_policy_state_test {

TEST(StatePolicyState, IsReadAsItWasWritten) {
    const test::TempFolder dir;
    const auto file = dir.path() / "policy.json";
    EXPECT_EQ(read_policy_state(file).value(), std::nullopt);
    for (const PolicyState& state :
         {PolicyState{.revision = "abc",
                      .since = "2026-11-30T08:00:00Z",
                      .rules = 3,
                      .mode = "enforce",
                      .exempt = {"root", "ops"}},
          PolicyState{.revision = {}, .since = {}, .error = "p.yaml:1:1: bad", .refuses = true}}) {
        ASSERT_TRUE(write_policy_state(file, state));
        EXPECT_EQ(read_policy_state(file).value(), state);
    }
    ASSERT_TRUE(write_atomic(file, "[]", 0644));
    EXPECT_FALSE(read_policy_state(file));
}

} // namespace state_policy_state_test
} // namespace fairlead::state
