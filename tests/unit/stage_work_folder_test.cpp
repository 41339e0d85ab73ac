#include "stage/work_folder.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_work_folder_test {

using test::content_of;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

TEST(StageWorkFolder, AFileIsReplacedAndNothingElseIsLeft) {
    const TempFolder folder;
    for (const char* text : {"first", "the second", ""}) {
        EXPECT_TRUE(succeeds(replace_file(folder.path(), "x", text, true)));
        EXPECT_EQ(content_of(folder / "x"), text);
    }
    EXPECT_EQ(test::entries_in(folder.path()), 1u);
    EXPECT_EQ(test::mode_of(folder / "x"), 0600u);
}

TEST(StageWorkFolder, WhatAKilledRunLeftIsWrittenOver) {
    const TempFolder folder;
    folder.write("x.new", "much longer than what comes");
    EXPECT_TRUE(succeeds(replace_file(folder.path(), "x", "short", false)));
    EXPECT_EQ(content_of(folder / "x"), "short");
}

TEST(StageWorkFolder, ALinkInItsPlaceIsNotFollowed) {
    const TempFolder folder;
    folder.write("other", "precious");
    std::filesystem::create_symlink(folder / "other", folder / "x.new");
    EXPECT_TRUE(fails_with(replace_file(folder.path(), "x", "new", false), Code::S123));
    EXPECT_EQ(content_of(folder / "other"), "precious");
}

TEST(StageWorkFolder, WhatIsNotThereIsNamed) {
    EXPECT_TRUE(fails_with(replace_file("/proc/none", "x", "", false), Code::S123, "/proc/none"));
    EXPECT_TRUE(fails_with(put_in_place("/proc/none", "x", true), Code::S123));
}

} // namespace stage_work_folder_test
} // namespace fairlead::stage
