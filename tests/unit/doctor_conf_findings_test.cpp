#include "doctor/conf_findings.hpp"

#include "setup/installed.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fairlead::doctor {
namespace doctor_conf_findings_test {

using config::Admission;
using test::TempFolder;

setup::SlurmConf conf_of(std::string_view text) {
    setup::SlurmConf conf;
    setup::add_text(conf, text);
    return conf;
}

/// "PROBLEM what -> fix" of each.
std::vector<std::string> shown(const Findings& findings) {
    std::vector<std::string> lines;
    for (const Finding& finding : findings)
        lines.push_back(std::string(to_string(finding.health)) + " " + finding.what +
                        (finding.fix.empty() ? "" : " -> " + finding.fix));
    return lines;
}

bool has_part(const std::vector<std::string>& lines, std::string_view health,
              std::string_view part) {
    return std::ranges::any_of(lines, [&](const std::string& line) {
        return line.starts_with(health) && line.find(part) != std::string::npos;
    });
}

/// Every value runs ours.
bool always(std::string_view, const std::filesystem::path&) { return true; }
bool never(std::string_view, const std::filesystem::path&) { return false; }

TEST(DoctorConf, ForgedRecordsAreAProblemWhereNothingStripsThem) {
    const auto lines = shown(admission_findings({}, {.admission = true}, Admission::Controller));
    EXPECT_TRUE(has_part(lines, "PROBLEM", "strips records that users forge")) << lines.front();
    EXPECT_FALSE(has_problem(
        admission_findings(conf_of("JobSubmitPlugins=lua,fairlead"), {}, Admission::Controller)));
}

TEST(DoctorConf, RulesThatActNeedThePlugin) {
    EXPECT_TRUE(has_problem(admission_findings({}, {.admission = true}, Admission::Node)));
    EXPECT_TRUE(has_part(shown(admission_findings({}, {}, Admission::Node)), "advice", "no rule"));
    EXPECT_TRUE(has_part(
        shown(admission_findings(conf_of("JobSubmitPlugins=fairlead"), {}, Admission::Node)),
        "advice", "do not take its word"));
}

TEST(DoctorConf, APrologThatNobodyNeedsIsAdvice) {
    EXPECT_FALSE(has_problem(prolog_findings({}, {}, never)));
    const auto lines = shown(prolog_findings(conf_of("Prolog=/site/p"), {.checks = true}, never));
    EXPECT_TRUE(has_part(lines, "PROBLEM", "Prolog=/site/p does not run")) << lines.front();
    EXPECT_TRUE(has_part(lines, "PROBLEM", "Epilog is not set")) << lines.back();
}

TEST(DoctorConf, APrologRunsAtAllocation) {
    const auto at_first_step =
        shown(prolog_findings(conf_of("Prolog=/p\nEpilog=/e"), {.checks = true}, always));
    EXPECT_TRUE(has_part(at_first_step, "PROBLEM", "PrologFlags=Alloc in slurm.conf"));
    for (const char* flags : {"alloc", "Contain", "NoHold,X11"})
        EXPECT_FALSE(has_problem(prolog_findings(
            conf_of("Prolog=/p\nEpilog=/e\nPrologFlags=" + std::string(flags)), {}, always)))
            << flags;
}

TEST(DoctorConf, StagingNeedsScriptsToWait) {
    const Needs stages{.staging = 1500};
    const auto lines = shown(
        prolog_findings(conf_of("Prolog=/p\nEpilog=/e\nPrologFlags=Alloc,X11"), stages, always));
    EXPECT_TRUE(has_part(lines, "PROBLEM", "PrologFlags=Alloc,X11,DeferBatch in slurm.conf"));
    EXPECT_FALSE(has_problem(prolog_findings(
        conf_of("Prolog=/p\nEpilog=/e\nPrologFlags=Alloc,DeferBatch"), stages, always)));
}

TEST(DoctorConf, APlaceInTheNetworkNeedsSlurmctldsProlog) {
    EXPECT_TRUE(has_part(shown(prolog_findings({}, {.placement = true}, never)), "PROBLEM",
                         "PrologSlurmctld= does not run"));
    EXPECT_EQ(prolog_findings({}, {}, never).size(), 2u);
}

TEST(DoctorConf, SlurmdEndsNoPrologBeforeStagingHasEnded) {
    const Needs stages{.staging = 1500};
    const auto limited = [&](const std::string& lines) {
        return timeout_findings(conf_of("BatchStartTimeout=1560\n" + lines), stages);
    };
    EXPECT_TRUE(has_part(shown(limited("PrologEpilogTimeout=1559")), "PROBLEM",
                         "PrologEpilogTimeout=1560 or more"));
    EXPECT_FALSE(has_problem(limited("PrologEpilogTimeout=1560")));
    EXPECT_FALSE(has_problem(limited("")));
    // From 25.05 on the prolog has its own.
    EXPECT_TRUE(has_problem(limited("PrologTimeout=60\nPrologEpilogTimeout=9999")));
}

TEST(DoctorConf, NorDoesSlurmctldTakeAJobForLostBefore) {
    const Needs stages{.staging = 1500};
    EXPECT_TRUE(has_part(shown(timeout_findings({}, stages)), "PROBLEM",
                         "BatchStartTimeout=10 takes a job for lost"));
    EXPECT_TRUE(has_part(shown(timeout_findings(conf_of("BatchStartTimeout=1559"), stages)),
                         "PROBLEM", "BatchStartTimeout=1560 or more"));
    EXPECT_FALSE(has_problem(timeout_findings({}, {})));
}

TEST(DoctorConf, NorBeforeTheChecksOfANodeHave) {
    const Needs checks{.checks = true, .prolog_deadline = 20};
    EXPECT_TRUE(has_problem(timeout_findings(conf_of("PrologEpilogTimeout=29"), checks)));
    EXPECT_FALSE(has_problem(timeout_findings(conf_of("PrologEpilogTimeout=30"), checks)));
}

TEST(DoctorConf, TheWaitForOneLeafIsNotCut) {
    const Needs leaf{.one_leaf = true, .switch_wait = 86400};
    EXPECT_TRUE(has_part(shown(timeout_findings({}, leaf)), "PROBLEM", "max_switch_wait=300"));
    EXPECT_TRUE(has_problem(
        timeout_findings(conf_of("SchedulerParameters=bf_continue,max_switch_wait=9"), leaf)));
    EXPECT_FALSE(
        has_problem(timeout_findings(conf_of("SchedulerParameters=max_switch_wait=86400"), leaf)));
}

TEST(DoctorConf, RanksThatWaitForARefusedOneAreWorthAWord) {
    EXPECT_TRUE(has_part(shown(timeout_findings({}, {})), "advice", "KillOnBadExit"));
    EXPECT_FALSE(has_part(shown(timeout_findings(conf_of("KillOnBadExit=1"), {})), "advice", ""));
}

TEST(DoctorConf, CostsNeedSlurmdbd) {
    EXPECT_TRUE(has_problem(accounting_findings({}, true)));
    EXPECT_TRUE(has_problem(
        accounting_findings(conf_of("AccountingStorageType=accounting_storage/none"), true)));
    EXPECT_FALSE(has_problem(accounting_findings({}, false)));
    EXPECT_FALSE(has_problem(
        accounting_findings(conf_of("AccountingStorageType=accounting_storage/slurmdbd"), true)));
}

TEST(DoctorNeeds, FollowTheModesOfPartitions) {
    config::Config config;
    config.partitions["hpc"].fabric = {.efa = config::EfaNeed::Required, .max_layer = 1};
    config.partitions["hpc"].mode = config::Mode::Observe;
    const Needs observed = needs_of(config, false, false);
    EXPECT_TRUE(observed.placement && observed.one_leaf && !observed.checks && !observed.admission);
    EXPECT_FALSE(observed.staging);
    config.partitions["hpc"].mode = config::Mode::Enforce;
    EXPECT_TRUE(needs_of(config, false, false).checks);
    config.partitions["hpc"].mode = config::Mode::Off;
    EXPECT_FALSE(needs_of(config, false, false).placement);
    EXPECT_EQ(needs_of(config, true, true).staging, 1500);
    EXPECT_TRUE(needs_of(config, true, true).admission);
}

TEST(DoctorProlog, FindsOursThroughPatternsLinksAndScripts) {
    const TempFolder folder;
    const auto ours = folder.write("fairlead-prolog", "\x7f"
                                                      "ELF");
    folder.write("prolog.d/90_site", "#!/bin/sh\ntrue\n");
    const std::string pattern = (folder / "prolog.d/*").native();
    EXPECT_FALSE(runs(pattern, ours));
    EXPECT_TRUE(runs(ours.native(), ours));
    EXPECT_TRUE(runs("/nonexistent," + ours.native(), ours));
    std::filesystem::create_symlink(ours, folder / "prolog.d/50_fairlead-prolog");
    EXPECT_TRUE(runs(pattern, ours));
    const auto script = folder.write("mine", "#!/bin/sh\nexec /x/fairlead-prolog --config /c\n");
    EXPECT_TRUE(runs(script.native(), ours));
    EXPECT_FALSE(runs("fairlead-prolog", ours)) << "a relative path is nothing that slurmd runs";
    EXPECT_FALSE(runs("", ours));
}

} // namespace doctor_conf_findings_test
} // namespace fairlead::doctor
