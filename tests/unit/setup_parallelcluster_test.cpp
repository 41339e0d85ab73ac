#include "setup/parallelcluster.hpp"

#include "expect_error.hpp"
#include "setup/installed.hpp"
#include "temp_folder.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace fairlead::setup {
namespace setup_parallelcluster_test {

namespace fs = std::filesystem;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

/// /opt/slurm of such a cluster.
struct Slurm {
    TempFolder folder;
    fs::path conf_file = folder.write("etc/slurm.conf", "");
    fs::path prologs = folder / "etc/scripts/prolog.d", epilogs = folder / "etc/scripts/epilog.d";

    Slurm() { folder.write("etc/slurm_parallelcluster.conf", ""); }
    SlurmConf conf() const {
        SlurmConf conf;
        add_text(conf, "Prolog=" + prologs.native() + "/*\nEpilog=" + epilogs.native() + "/*\n");
        return conf;
    }
};

TEST(ParallelCluster, IsKnownByItsFile) {
    EXPECT_TRUE(made_by_parallelcluster(Slurm{}.conf_file));
    const TempFolder other;
    EXPECT_FALSE(made_by_parallelcluster(other.write("slurm.conf", "")));
}

TEST(ParallelCluster, OursIsWrittenBesideItsOwnAndTakenAwayAlone) {
    const Slurm slurm;
    const auto others = slurm.folder.write("etc/scripts/prolog.d/90_pcluster", "#!/bin/sh\n");
    const auto scripts = chain_scripts(slurm.conf());
    ASSERT_TRUE(succeeds(scripts));
    ASSERT_EQ(scripts->size(), 2u);
    EXPECT_EQ(scripts->front().before, "");
    EXPECT_TRUE(succeeds(switch_scripts(*scripts, true)));
    EXPECT_TRUE(test::content_of(slurm.prologs / "50_fairlead-prolog")
                    .contains(std::string("exec ") + program_folder + "/fairlead-prolog \"$@\""));
    EXPECT_EQ(test::mode_of(slurm.epilogs / "50_fairlead-epilog"), 0755u);
    EXPECT_EQ(test::entries_in(slurm.epilogs), 1u) << "nothing else that slurmd would run";
    const auto again = chain_scripts(slurm.conf());
    ASSERT_TRUE(succeeds(again));
    EXPECT_EQ(again->back().before, again->back().text);
    EXPECT_TRUE(succeeds(switch_scripts(*again, true)));
    EXPECT_TRUE(succeeds(switch_scripts(*again, false)));
    EXPECT_TRUE(fs::exists(others));
    EXPECT_EQ(test::entries_in(slurm.prologs), 1u);
    EXPECT_EQ(test::entries_in(slurm.epilogs), 0u);
}

TEST(ParallelCluster, ANodeWithoutTheProgramIsNotDrainedForIt) {
    const TempFolder folder;
    const Slurm slurm;
    auto scripts = chain_scripts(slurm.conf());
    ASSERT_TRUE(succeeds(scripts));
    ASSERT_TRUE(succeeds(switch_scripts(*scripts, true)));
    const auto script = slurm.prologs / "50_fairlead-prolog";
    const std::string program = std::string(program_folder) + "/fairlead-prolog";
    std::string text = test::content_of(script);
    for (std::size_t at = 0; (at = text.find(program)) != std::string::npos;)
        text.replace(at, program.size(), (folder / "there").native());
    const auto moved = folder.write("script", text);
    const std::string run = "sh " + moved.native();
    EXPECT_EQ(std::system(run.c_str()), 0); // NOLINT(cert-env33-c)
    const auto there = folder.write("there", "#!/bin/sh\nexit 3\n");
    fs::permissions(there, fs::perms::owner_all);
    EXPECT_EQ(WEXITSTATUS(std::system(run.c_str())), 3); // NOLINT(cert-env33-c)
}

TEST(ParallelCluster, OneThatCannotBeWrittenTakesTheOtherBack) {
    const Slurm slurm;
    const auto scripts = chain_scripts(slurm.conf());
    ASSERT_TRUE(succeeds(scripts));
    slurm.folder.write("etc/scripts/epilog.d", "a file");
    EXPECT_TRUE(fails_with(switch_scripts(*scripts, true), Code::X201, "epilog.d"));
    EXPECT_FALSE(fs::exists(slurm.prologs / "50_fairlead-prolog"));
}

TEST(ParallelCluster, WhatIsNotOursIsNeitherReplacedNorRemoved) {
    const Slurm slurm;
    slurm.folder.write("etc/scripts/prolog.d/50_fairlead-prolog", "of the site");
    EXPECT_TRUE(fails_with(chain_scripts(slurm.conf()), Code::X106, "50_fairlead-prolog"));
    SlurmConf changed = slurm.conf();
    changed["prolog"] = "/site/prolog";
    EXPECT_TRUE(fails_with(chain_scripts(changed), Code::X106, "/site/prolog"));
}

TEST(ParallelCluster, APluginLiesWhereAllNodesSeeIt) {
    EXPECT_TRUE(succeeds(check_shared("/opt/slurm/lib/slurm/a.so", "/opt/slurm/etc/slurm.conf")));
    for (const char* elsewhere :
         {"/usr/lib/slurm/a.so", "/opt/slurm2/lib/a.so", "/opt/slurm/../fairlead/a.so"})
        EXPECT_TRUE(fails_with(check_shared(elsewhere, "/opt/slurm/etc/slurm.conf"), Code::P203,
                               "login node"))
            << elsewhere;
}

TEST(ParallelCluster, SettingsAreThoseThatItTakes) {
    const std::vector<Change> changes{{"JobSubmitPlugins=lua,fairlead", "JobSubmitPlugins=lua"},
                                      {"Prolog=/a/*", "Prolog=/a/*", "ln -s"},
                                      {"PrologFlags=Alloc", "", "why"},
                                      {"", "PrologSlurmctld=/x"}};
    EXPECT_EQ(custom_settings(changes),
              (std::vector<std::string>{
                  "Scheduling:", "  SlurmSettings:", "    CustomSlurmSettings:",
                  "      - JobSubmitPlugins: lua,fairlead", "      - PrologFlags: Alloc  # why",
                  "      # take out PrologSlurmctld"}));
    EXPECT_TRUE(custom_settings({}).empty());
}

} // namespace setup_parallelcluster_test
} // namespace fairlead::setup
