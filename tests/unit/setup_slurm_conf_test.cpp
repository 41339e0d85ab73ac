#include "setup/slurm_conf.hpp"

#include "expect_error.hpp"
#include "setup/installed.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::setup {
namespace setup_slurm_conf_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

SlurmConf conf_of(std::string_view text) {
    SlurmConf conf;
    add_text(conf, text);
    return conf;
}

/// "instead -> line" of each change.
std::vector<std::string> shown(const std::vector<Change>& changes) {
    std::vector<std::string> lines;
    for (const Change& change : changes)
        lines.push_back(change.instead + " -> " + change.line);
    return lines;
}
using Lines = std::vector<std::string>;

const std::string prolog = std::string(program_folder) + "/fairlead-prolog",
                  epilog = std::string(program_folder) + "/fairlead-epilog",
                  placement = std::string(program_folder) + "/fairlead-prolog-slurmctld";

TEST(SlurmConf, KeysHaveNoCaseAndALineMayHaveSeveral) {
    const auto conf =
        conf_of("# Prolog=/old\nPROLOG=/a  epilog=/b # /c\n\tPluginDir=\"/x:/y\"\nX\n=y\n");
    EXPECT_EQ(conf, (SlurmConf{{"prolog", "/a"}, {"epilog", "/b"}, {"plugindir", "/x:/y"}}));
}

TEST(SlurmConf, ReadsWhatItIncludes) {
    const TempFolder folder;
    folder.write("more.conf", "Prolog=/of/more\n");
    const auto file = folder.write("slurm.conf", "Epilog=/e\ninclude more.conf # of the site\n");
    const auto conf = read_slurm_conf(file);
    ASSERT_TRUE(succeeds(conf));
    EXPECT_EQ(*conf, (SlurmConf{{"prolog", "/of/more"}, {"epilog", "/e"}}));
}

TEST(SlurmConf, SaysWhichFileIsMissing) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(read_slurm_conf(folder / "slurm.conf"), Code::X101));
    const auto file = folder.write("slurm.conf", "Include none.conf\n");
    EXPECT_TRUE(fails_with(read_slurm_conf(file), Code::X101, "none.conf"));
}

TEST(SlurmConf, AFileThatIncludesItselfEnds) {
    const TempFolder folder;
    const auto file = folder.write("slurm.conf", "Include slurm.conf\n");
    EXPECT_TRUE(fails_with(read_slurm_conf(file), Code::X106, "more than 4 deep"));
}

TEST(SlurmConf, AdmissionIsAddedToThePluginsOfTheSite) {
    EXPECT_EQ(shown(jobsubmit_changes({}, true)), Lines{" -> JobSubmitPlugins=fairlead"});
    EXPECT_EQ(shown(jobsubmit_changes(conf_of("JobSubmitPlugins=lua,require_timelimit"), true)),
              Lines{"JobSubmitPlugins=lua,require_timelimit -> "
                    "JobSubmitPlugins=lua,require_timelimit,fairlead"});
    EXPECT_TRUE(jobsubmit_changes(conf_of("JobSubmitPlugins=lua,fairlead"), true).empty());
}

TEST(SlurmConf, AdmissionIsTakenOutAgain) {
    EXPECT_EQ(shown(jobsubmit_changes(conf_of("JobSubmitPlugins=lua,fairlead"), false)),
              Lines{"JobSubmitPlugins=lua,fairlead -> JobSubmitPlugins=lua"});
    EXPECT_EQ(shown(jobsubmit_changes(conf_of("JobSubmitPlugins=fairlead"), false)),
              Lines{"JobSubmitPlugins=fairlead -> "});
    EXPECT_TRUE(jobsubmit_changes(conf_of("JobSubmitPlugins=lua"), false).empty());
}

TEST(SlurmConf, APrologNeedsToRunAtAllocation) {
    EXPECT_EQ(shown(prolog_changes({}, true)),
              (Lines{" -> Prolog=" + prolog, " -> Epilog=" + epilog,
                     " -> PrologSlurmctld=" + placement, " -> PrologFlags=Alloc"}));
    const auto lines = shown(prolog_changes(conf_of("PrologFlags=NoHold,Serial"), true));
    EXPECT_EQ(lines.back(), "PrologFlags=NoHold,Serial -> PrologFlags=NoHold,Serial,Alloc");
}

TEST(SlurmConf, WhatIsThereIsNotAsked) {
    const auto conf = conf_of("Prolog=" + prolog + "\nEpilog=" + epilog +
                              "\nPrologSlurmctld=" + placement + "\nPrologFlags=Contain\n");
    EXPECT_TRUE(prolog_changes(conf, true).empty());
    EXPECT_EQ(shown(prolog_changes(conf, false)),
              (Lines{"Prolog=" + prolog + " -> ", "Epilog=" + epilog + " -> ",
                     "PrologSlurmctld=" + placement + " -> "}));
}

TEST(SlurmConf, AProgramOfTheSiteIsKeptBesideOurs) {
    const auto changes =
        prolog_changes(conf_of("Prolog=/site/prolog\nPrologSlurmctld=/site/c"), true);
    EXPECT_EQ(changes[0].instead, "Prolog=/site/prolog");
    EXPECT_EQ(changes[0].line, "Prolog=/etc/slurm/prolog.d/*");
    EXPECT_NE(changes[0].note.find("ln -s " + prolog + " /etc/slurm/prolog.d/50_fairlead-prolog"),
              std::string::npos);
    EXPECT_NE(changes[2].note.find("/site/c"), std::string::npos);
    EXPECT_TRUE(
        prolog_changes(conf_of("Prolog=/site/prolog\nPrologSlurmctld=/site/c"), false).empty());
}

TEST(SlurmConf, SeveralLinesOfPrologsAreAllRead) {
    const auto conf = conf_of("Prolog=/site/a\nProlog=" + prolog + "\nEpilog=" + epilog +
                              "\nPrologSlurmctld=" + placement + "\nPrologFlags=Alloc");
    EXPECT_EQ(value_of(conf, "prolog"), "/site/a," + prolog);
    EXPECT_TRUE(prolog_changes(conf, true).empty());
    EXPECT_EQ(shown(prolog_changes(conf, false))[0], "Prolog=" + prolog + " -> ");
}

TEST(SlurmConf, AFolderOfPrologsGetsALink) {
    const test::TempFolder folder;
    const auto link = folder / "50_fairlead-prolog";
    const auto conf = conf_of("Prolog=" + (folder / "*").native() + "\nEpilog=" + epilog +
                              "\nPrologSlurmctld=" + placement + "\nPrologFlags=Alloc");
    const auto on = prolog_changes(conf, true);
    ASSERT_EQ(on.size(), 1u);
    EXPECT_EQ(on[0].line, on[0].instead);
    EXPECT_EQ(on[0].note, "ln -s " + prolog + " " + link.native());
    EXPECT_TRUE(prolog_changes(conf_of("Prolog=" + (folder / "*").native()), false).empty());
    std::filesystem::create_symlink(prolog, link);
    EXPECT_TRUE(prolog_changes(conf, true).empty()) << "it would run twice";
    EXPECT_EQ(prolog_changes(conf, false)[0].note, "rm " + link.native());
}

TEST(SlurmConf, PluginsAreWhereSlurmLooks) {
    EXPECT_EQ(plugin_folders({}), std::vector<std::filesystem::path>{slurm_plugin_folder});
    EXPECT_EQ(plugin_folders(conf_of("PluginDir=/a:/b:")),
              (std::vector<std::filesystem::path>{"/a", "/b"}));
}

TEST(SlurmConf, PlugstackLiesBesideSlurmConf) {
    EXPECT_EQ(plugstack_path({}, "/etc/slurm/slurm.conf"), "/etc/slurm/plugstack.conf");
    EXPECT_EQ(plugstack_path(conf_of("PlugStackConfig=/site/ps.conf"), "/etc/slurm/slurm.conf"),
              "/site/ps.conf");
}

} // namespace setup_slurm_conf_test
} // namespace fairlead::setup
