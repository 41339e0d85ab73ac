#include "setup/dry_load.hpp"

#include "expect_error.hpp"
#include "setup/installed.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::setup {
namespace setup_dry_load_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

const std::vector<std::filesystem::path> folders{slurm_plugin_folder};

// They take functions of Slurm, so this also tells that its library was found and loaded.
TEST(DryLoad, APluginOfTheInstalledSlurmFits) {
    EXPECT_TRUE(succeeds(dry_load_plugin(FAIRLEAD_PLUGIN_SAME, Fit::Version, folders)));
    EXPECT_TRUE(succeeds(dry_load_plugin(FAIRLEAD_PLUGIN_SAME, Fit::Release, folders)));
}

TEST(DryLoad, AnotherMicroReleaseFitsSpankAlone) {
    EXPECT_TRUE(succeeds(dry_load_plugin(FAIRLEAD_PLUGIN_MICRO, Fit::Release, folders)));
    EXPECT_TRUE(fails_with(dry_load_plugin(FAIRLEAD_PLUGIN_MICRO, Fit::Version, folders),
                           Code::P203, "is installed, which would refuse it"));
}

TEST(DryLoad, AnotherReleaseFitsNothing) {
    EXPECT_TRUE(fails_with(dry_load_plugin(FAIRLEAD_PLUGIN_OTHER, Fit::Release, folders),
                           Code::P203, "is built for Slurm 1.02.3, and "));
}

TEST(DryLoad, AnObjectThatCrashesHurtsNobody) {
    EXPECT_TRUE(fails_with(dry_load_plugin(FAIRLEAD_PLUGIN_CRASHING, Fit::Release, folders),
                           Code::P203, "ended by signal 6"));
}

TEST(DryLoad, AnObjectThatNeedsWhatNobodyHasIsNamed) {
    EXPECT_TRUE(fails_with(dry_load_plugin(FAIRLEAD_PLUGIN_UNDEFINED, Fit::Release, folders),
                           Code::P203, "fairlead_no_such_function"));
}

TEST(DryLoad, APartNeedsNoStamp) {
    EXPECT_TRUE(succeeds(dry_load(FAIRLEAD_PLUGIN_OTHER, folders)));
}

TEST(DryLoad, AFileThatIsNoObjectIsRefused) {
    const TempFolder folder;
    const auto file = folder.write("spank_fairlead.so", "no object");
    EXPECT_TRUE(fails_with(dry_load(file, folders), Code::P203, "does not load"));
    EXPECT_TRUE(fails_with(dry_load_plugin(file, Fit::Release, folders), Code::P203));
}

TEST(DryLoad, ThePluginIsTheFirstThatSlurmFinds) {
    const TempFolder first, second;
    second.write("a.so", "");
    EXPECT_EQ(find_plugin("a.so", {first.path(), second.path()}).value(), second / "a.so");
    first.write("a.so", "");
    EXPECT_EQ(find_plugin("a.so", {first.path(), second.path()}).value(), first / "a.so");
    EXPECT_TRUE(fails_with(find_plugin("b.so", {first.path()}), Code::P203, "b.so is in none"));
}

TEST(DryLoad, VersionsAreShownAsSlurmWritesThem) {
    EXPECT_EQ(show_version(0x160508), "22.05.8");
    EXPECT_EQ(show_version(0x180b05), "24.11.5");
}

} // namespace setup_dry_load_test
} // namespace fairlead::setup
