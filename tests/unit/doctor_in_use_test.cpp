#include "doctor/in_use.hpp"

#include "expect_error.hpp"
#include "setup/installed.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::doctor {
namespace doctor_in_use_test {

using test::TempFolder;
using Uses = std::vector<std::string>;

/// /etc/slurm with a line in a file that slurm.conf includes.
struct Site {
    explicit Site(const std::string& line) {
        conf = folder.write("slurm.conf", "ClusterName=a\nInclude more.conf\n");
        folder.write("more.conf", line + "\n");
    }
    Uses uses(std::string_view part) const { return uses_of(part, conf).value(); }

    TempFolder folder;
    std::filesystem::path conf;
};

TEST(InUse, APluginOfSlurmctldThatIsNamed) {
    EXPECT_EQ(Site("JobSubmitPlugins=lua,fairlead").uses(jobsubmit_part),
              Uses{"JobSubmitPlugins=lua,fairlead names it"});
    EXPECT_TRUE(Site("JobSubmitPlugins=lua").uses(jobsubmit_part).empty());
    EXPECT_TRUE(Site("JobSubmitPlugins=fairlead").uses(prolog_part).empty());
}

TEST(InUse, AScriptOfTheSiteThatRunsTheProlog) {
    const TempFolder scripts;
    scripts.write("prolog",
                  "#!/bin/sh\nexec " + std::string(setup::program_folder) + "/fairlead-prolog\n");
    const std::string mine = (scripts / "prolog").native();
    const Site first("Prolog=" + mine + "\nProlog=/bin/true");
    EXPECT_EQ(first.uses(prolog_part), Uses{"Prolog=" + mine + ",/bin/true runs fairlead-prolog"});
    EXPECT_TRUE(Site("Prolog=/bin/true").uses(prolog_part).empty());
}

TEST(InUse, OurFileOfPlugstackWhereThePackageLeavesIt) {
    const Site beside("");
    beside.folder.write("plugstack.conf.d/fairlead.conf", "required spank_fairlead.so\n");
    EXPECT_TRUE(beside.uses(spank_part).empty()) << "it goes with the package";
    const TempFolder elsewhere;
    elsewhere.write("plugstack.conf.d/fairlead.conf", "required spank_fairlead.so\n");
    const Site other("PlugStackConfig=" + (elsewhere / "plugstack.conf").native());
    EXPECT_EQ(other.uses(spank_part), Uses{(elsewhere / "plugstack.conf.d/fairlead.conf").native() +
                                           " names the plugin; remove that file"});
    elsewhere.write("plugstack.conf", "optional spank_fairlead.so\n");
    EXPECT_EQ(other.uses(spank_part).size(), 1u);
}

TEST(InUse, WithoutSlurmNothingIs) {
    const TempFolder none;
    EXPECT_TRUE(uses_of(spank_part, none / "slurm.conf").value().empty());
    const Site broken("Include nowhere.conf");
    EXPECT_FALSE(uses_of(prolog_part, broken.conf).has_value());
}

} // namespace doctor_in_use_test
} // namespace fairlead::doctor
