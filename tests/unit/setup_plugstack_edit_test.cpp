#include "setup/plugstack_edit.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::setup {
namespace setup_plugstack_edit_test {

using test::content_of;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

/// A folder as Debian's Slurm has it.
struct Site {
    Site() {
        folder.write("plugstack.conf",
                     "include " + (folder / "plugstack.conf.d/*.conf").native() + "\n");
    }
    std::filesystem::path plugstack() const { return folder / "plugstack.conf"; }
    std::filesystem::path own() const { return folder / "plugstack.conf.d/fairlead.conf"; }

    TempFolder folder;
};

TEST(PlugstackEdit, WritesAFileOfItsOwn) {
    const Site site;
    const auto edit = plan_plugstack(site.plugstack(), true);
    ASSERT_TRUE(succeeds(edit));
    EXPECT_EQ(edit->file, site.own());
    EXPECT_EQ(edit->missing_include, "");
    EXPECT_FALSE(std::filesystem::exists(site.own()));
    ASSERT_TRUE(succeeds(apply(*edit)));
    EXPECT_TRUE(content_of(site.own()).ends_with("\nrequired spank_fairlead.so\n"));
    EXPECT_EQ(test::mode_of(site.own()), 0644u);
    EXPECT_EQ(test::entries_in(site.own().parent_path()), 1u);
}

TEST(PlugstackEdit, OnceMoreChangesNothing) {
    const Site site;
    ASSERT_TRUE(succeeds(apply(plan_plugstack(site.plugstack(), true).value())));
    const auto again = plan_plugstack(site.plugstack(), true);
    ASSERT_TRUE(succeeds(again));
    EXPECT_EQ(again->before, again->after);
}

TEST(PlugstackEdit, LeavesAFrontThatTakesOptionsAlone) {
    const Site site;
    ASSERT_TRUE(succeeds(apply(plan_plugstack(site.plugstack(), true).value())));
    const std::string on = content_of(site.own());
    ASSERT_TRUE(succeeds(apply(plan_plugstack(site.plugstack(), false).value())));
    EXPECT_TRUE(content_of(site.own()).ends_with("\nrequired spank_fairlead.so off\n"));
    ASSERT_TRUE(succeeds(apply(plan_plugstack(site.plugstack(), true).value())));
    EXPECT_EQ(content_of(site.own()), on);
}

TEST(PlugstackEdit, WhatWasWrittenIsTakenBack) {
    const Site site;
    const auto on = plan_plugstack(site.plugstack(), true).value();
    ASSERT_TRUE(succeeds(apply(on)));
    const auto off = plan_plugstack(site.plugstack(), false).value();
    ASSERT_TRUE(succeeds(apply(off)));
    ASSERT_TRUE(succeeds(take_back(off)));
    EXPECT_EQ(content_of(site.own()), on.after);
    ASSERT_TRUE(succeeds(take_back(on)));
    EXPECT_FALSE(std::filesystem::exists(site.own()));
}

TEST(PlugstackEdit, WhatWasNeverOnIsLeftAlone) {
    const Site site;
    const auto edit = plan_plugstack(site.plugstack(), false);
    ASSERT_TRUE(succeeds(edit));
    ASSERT_TRUE(succeeds(apply(*edit)));
    EXPECT_FALSE(std::filesystem::exists(site.own()));
}

TEST(PlugstackEdit, NamesTheIncludeThatIsMissing) {
    const TempFolder folder;
    const auto edit = plan_plugstack(folder / "plugstack.conf", true);
    ASSERT_TRUE(succeeds(edit));
    EXPECT_EQ(edit->missing_include,
              "include " + (folder / "plugstack.conf.d").native() + "/*.conf");
    EXPECT_FALSE(std::filesystem::exists(folder / "plugstack.conf"));
}

TEST(PlugstackEdit, RefusesALineOfTheSite) {
    const Site site;
    const auto efa =
        site.folder.write("plugstack.conf.d/efa.conf", "\noptional spank_fairlead.so\n");
    EXPECT_TRUE(
        fails_with(plan_plugstack(site.plugstack(), true), Code::X106,
                   efa.native() + ":2: `optional spank_fairlead.so` names the plugin already"));
    EXPECT_TRUE(fails_with(plan_plugstack(site.plugstack(), false), Code::X106));
    EXPECT_FALSE(std::filesystem::exists(site.own()));
}

TEST(PlugstackEdit, RefusesAnOptionalLineInItsOwnFile) {
    const Site site;
    site.folder.write("plugstack.conf.d/fairlead.conf", "optional spank_fairlead.so\n");
    EXPECT_TRUE(fails_with(plan_plugstack(site.plugstack(), true), Code::X106,
                           "fairlead.conf: line 1 says `optional"));
}

TEST(PlugstackEdit, SaysWhenItCannotBeWritten) {
    const Site site;
    site.folder.write("plugstack.conf.d", "a file");
    const PlugstackEdit edit{site.own(), "", "required spank_fairlead.so\n", ""};
    EXPECT_TRUE(fails_with(apply(edit), Code::X201));
}

} // namespace setup_plugstack_edit_test
} // namespace fairlead::setup
