#include "state/callers.hpp"

#include "base/files.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::state {
namespace state_callers_test {

TEST(StateCallers, AreReadAsTheyWereWritten) {
    const test::TempFolder dir;
    const auto file = dir.path() / "callers.json";
    EXPECT_EQ(read_callers(file).value(), Callers{});
    const Callers callers{{0, {"root", {"root"}}}, {5001, {"ada", {"physics", "gpu\xff"}}}};
    ASSERT_TRUE(write_callers(file, callers));
    const auto read = read_callers(file);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->at(0), callers.at(0));
    EXPECT_EQ(read->at(5001).name, "ada");
    EXPECT_EQ(read->at(5001).groups.size(), 2u) << "a name that is no UTF-8 loses no other";
}

TEST(StateCallers, EntriesOfAnotherShapeAreLeftOut) {
    const test::TempFolder dir;
    const auto file = dir.path() / "callers.json";
    ASSERT_TRUE(write_atomic(file,
                             R"({"schema":"fairlead.callers/1","users":[1,{"uid":-1},{"uid":7,)"
                             R"("name":"x","groups":[3,"y"]}]})",
                             0644));
    const auto read = read_callers(file);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(*read, (Callers{{7, {"x", {"y"}}}}));
    ASSERT_TRUE(write_atomic(file, "{", 0644));
    EXPECT_FALSE(read_callers(file));
}

} // namespace state_callers_test
} // namespace fairlead::state
