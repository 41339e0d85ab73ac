#include "prolog/drain.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <cstdlib>
#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace {

using test::content_of;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

/// A scontrol that writes one line of its arguments a call, each in brackets, and answers `show`.
class FakeScontrol {
  public:
    explicit FakeScontrol(const std::string& node, const std::string& update = "exit 0") {
        folder_.write("node", node);
        const std::string dir = folder_.path().native();
        folder_.write("scontrol", "#!/bin/sh\n"
                                  "printf '[%s]' \"$@\" >> " +
                                      dir +
                                      "/calls\n"
                                      "echo >> " +
                                      dir +
                                      "/calls\n"
                                      "env > " +
                                      dir +
                                      "/environment\n"
                                      "case $1 in\n--oneliner) cat " +
                                      dir +
                                      "/node ;;\n"
                                      "update) " +
                                      update + " ;;\nesac\n");
        std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
    }
    std::filesystem::path path() const { return folder_ / "scontrol"; }
    std::string calls() const { return content_of(folder_ / "calls"); }
    std::string environment() const { return content_of(folder_ / "environment"); }

  private:
    TempFolder folder_;
};

const std::string healthy = "NodeName=n1 State=IDLE CfgTRES=cpu=1\n";

TEST(Drain, SetsStateAndReason) {
    const FakeScontrol scontrol{healthy};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa: 1 of 2 [FL-E201]")));
    EXPECT_EQ(scontrol.calls(),
              "[--oneliner][show][node][n1]\n"
              "[update][NodeName=n1][State=DRAIN][Reason=efa: 1 of 2 [FL-E201]]\n");
}

TEST(Drain, NeverReplacesAReason) {
    const FakeScontrol scontrol{"NodeName=n1 State=DOWN Reason=bad disk [root@2026-11-21]\n"};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa")));
    EXPECT_EQ(scontrol.calls(), "[--oneliner][show][node][n1]\n");
}

TEST(Drain, AReasonIsOneArgumentWhateverItHolds) {
    const FakeScontrol scontrol{healthy};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "$(id) `id`; 'x' State=IDLE")));
    EXPECT_NE(scontrol.calls().find("[Reason=$(id) `id`; 'x' State=IDLE]\n"), std::string::npos);
}

TEST(Drain, SaysWhenScontrolRefuses) {
    const FakeScontrol scontrol{healthy, "exit 3"};
    EXPECT_TRUE(fails_with(drain(scontrol.path(), "n1", "efa"), Code::E205,
                           "could not drain n1: exit status 3"));
}

TEST(Drain, SaysWhenThereIsNoScontrol) {
    EXPECT_TRUE(fails_with(drain("/none/scontrol", "n1", "efa"), Code::X110, "/none/scontrol"));
}

TEST(Drain, ANodeThatCannotBeShownIsDrainedAllTheSame) {
    const FakeScontrol scontrol{""};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa")));
    EXPECT_NE(scontrol.calls().find("[update]"), std::string::npos);
}

TEST(Drain, TheChildSeesAFixedPathAndSlurmdsConfiguration) {
    const FakeScontrol scontrol{healthy};
    ::setenv("SLURM_CONF", "/x/slurm.conf", 1);
    ::setenv("LD_PRELOAD_NOT", "hostile", 1);
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa")));
    ::unsetenv("SLURM_CONF");
    ::unsetenv("LD_PRELOAD_NOT");
    EXPECT_NE(scontrol.environment().find("PATH=/usr/bin:/bin\n"), std::string::npos);
    EXPECT_NE(scontrol.environment().find("SLURM_CONF=/x/slurm.conf\n"), std::string::npos);
    EXPECT_EQ(scontrol.environment().find("hostile"), std::string::npos);
}

} // namespace
} // namespace fairlead::prolog
