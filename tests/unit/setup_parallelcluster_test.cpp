#include "setup/parallelcluster.hpp"

#include "expect_error.hpp"
#include "setup/installed.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

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

TEST(ParallelCluster, OursIsLinkedBesideItsOwnAndTakenAwayAlone) {
    const Slurm slurm;
    const auto others = slurm.folder.write("etc/scripts/prolog.d/90_pcluster", "#!/bin/sh\n");
    const auto links = chain_links(slurm.conf());
    ASSERT_TRUE(succeeds(links));
    ASSERT_EQ(links->size(), 2u);
    EXPECT_FALSE(links->front().there);
    EXPECT_TRUE(succeeds(switch_links(*links, true)));
    EXPECT_EQ(fs::read_symlink(slurm.prologs / "50_fairlead-prolog"),
              fs::path(program_folder) / "fairlead-prolog");
    EXPECT_EQ(fs::read_symlink(slurm.epilogs / "50_fairlead-epilog"),
              fs::path(program_folder) / "fairlead-epilog");
    const auto again = chain_links(slurm.conf());
    ASSERT_TRUE(succeeds(again));
    EXPECT_TRUE(again->front().there && again->back().there);
    EXPECT_TRUE(succeeds(switch_links(*again, true)));
    EXPECT_TRUE(succeeds(switch_links(*again, false)));
    EXPECT_TRUE(fs::exists(others));
    EXPECT_EQ(test::entries_in(slurm.prologs), 1u);
    EXPECT_EQ(test::entries_in(slurm.epilogs), 0u);
}

TEST(ParallelCluster, WhatIsNotOursIsNeitherReplacedNorRemoved) {
    const Slurm slurm;
    slurm.folder.write("etc/scripts/prolog.d/50_fairlead-prolog", "of the site");
    EXPECT_TRUE(fails_with(chain_links(slurm.conf()), Code::X106, "50_fairlead-prolog"));
    SlurmConf changed = slurm.conf();
    changed["prolog"] = "/site/prolog";
    EXPECT_TRUE(fails_with(chain_links(changed), Code::X106, "/site/prolog"));
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
