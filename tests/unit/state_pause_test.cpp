#include "state/pause.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::state {
namespace state_pause_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

TEST(Pause, HoldsUntilResumed) {
    const TempFolder folder;
    EXPECT_FALSE(paused(folder.path()));
    ASSERT_TRUE(succeeds(pause(folder.path())));
    EXPECT_TRUE(paused(folder.path()));
    ASSERT_TRUE(succeeds(resume(folder.path())));
    EXPECT_FALSE(paused(folder.path()));
}

TEST(Pause, TwiceIsOnce) {
    const TempFolder folder;
    ASSERT_TRUE(succeeds(pause(folder.path())));
    EXPECT_TRUE(succeeds(pause(folder.path())));
    EXPECT_TRUE(succeeds(resume(folder.path())));
    EXPECT_TRUE(succeeds(resume(folder.path())));
    EXPECT_FALSE(paused(folder.path()));
}

// A folder made on an unmounted share would pause this machine alone.
TEST(Pause, IsRefusedWhereTheFolderDoesNotExist) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(pause(folder / "a"), Code::X201, "does not exist"));
}

TEST(Pause, WritesAFileThatAllCanSee) {
    const TempFolder folder;
    const auto state_dir = folder.path();
    ASSERT_TRUE(succeeds(pause(state_dir)));
    EXPECT_EQ(test::mode_of(state_dir / "paused"), 0644u);
    const auto record = nlohmann::json::parse(test::content_of(state_dir / "paused"));
    EXPECT_EQ(record.at("schema"), "fairlead.pause/1");
    EXPECT_EQ(record.at("since").get<std::string>().size(), 20u);
}

TEST(Pause, AnyFileOfThatNameCounts) {
    const TempFolder folder;
    folder.write("paused", "");
    EXPECT_TRUE(paused(folder.path()));
}

TEST(Pause, AFolderThatDoesNotExistIsNotPaused) { EXPECT_FALSE(paused("/none/of/this")); }

TEST(Pause, SaysWhenItCannotBeWritten) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(pause(folder.write("file", "") / "below"), Code::X201));
}

} // namespace state_pause_test
} // namespace fairlead::state
