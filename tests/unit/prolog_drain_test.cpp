#include "prolog/drain.hpp"

#include "base/boot.hpp"
#include "base/unique_fd.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>

namespace fairlead::prolog {
namespace prolog_drain_test {

using test::content_of;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

/// A scontrol that writes one line of its arguments a call, each in brackets, and answers `show`.
class FakeScontrol {
  public:
    explicit FakeScontrol(const std::string& node, const std::string& update = "exit 0") {
        folder_.write("node", node);
        folder_.write("partition", "PartitionName=hpc State=UP TotalCPUs=768 TotalNodes=4 X=y\n");
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
                                      "case $1$3 in\n--onelinernode) cat " +
                                      dir + "/node ;;\n--onelinerpartition) cat " + dir +
                                      "/partition ;;\n"
                                      "update*) " +
                                      update + " ;;\nesac\n");
        std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
    }
    std::filesystem::path path() const { return folder_ / "scontrol"; }
    std::string calls() const { return content_of(folder_ / "calls"); }
    std::string environment() const { return content_of(folder_ / "environment"); }

  private:
    TempFolder folder_;
};

const Deadline plenty{std::chrono::hours(24)}; // begins with the program
const std::string healthy = "NodeName=n1 State=IDLE CfgTRES=cpu=1\n";

TEST(Drain, SetsStateAndReason) {
    const FakeScontrol scontrol{healthy};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa: 1 of 2 [FL-E201]", plenty)));
    EXPECT_EQ(scontrol.calls(),
              "[--oneliner][show][node][n1]\n"
              "[update][NodeName=n1][State=DRAIN][Reason=efa: 1 of 2 [FL-E201]]\n");
}

TEST(Drain, NeverReplacesAReason) {
    const FakeScontrol scontrol{"NodeName=n1 State=DOWN Reason=bad disk [root@2026-11-21]\n"};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa", plenty)));
    EXPECT_EQ(scontrol.calls(), "[--oneliner][show][node][n1]\n");
}

/// What `update` says of a node that is shown as `node`.
std::string reason_given(const std::string& node) {
    const FakeScontrol scontrol{node};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa: 1 of 2 [FL-E201]", plenty)));
    const std::string calls = scontrol.calls();
    const auto begin = calls.find("[Reason=");
    return begin == calls.npos ? "" : calls.substr(begin + 8, calls.rfind(']') - begin - 8);
}

TEST(Drain, ANodeInServiceWithAReasonIsDrainedAndKeepsIt) {
    EXPECT_EQ(
        reason_given("NodeName=n1 State=IDLE Reason=fan [2] loud [root@2026-11-21T09:30:00]\n"),
        "fan [2] loud; efa: 1 of 2 [FL-E201]");
    EXPECT_EQ(reason_given("NodeName=n1 State=MIXED+POWERED_DOWN Reason=fan [ada@x] Comment=y\n"),
              "fan; efa: 1 of 2 [FL-E201]");
    EXPECT_EQ(reason_given("NodeName=n1 State=IDLE Reason=fan\n"), "fan; efa: 1 of 2 [FL-E201]");
}

TEST(Drain, OutOfServiceIsDrainingDownOrFailing) {
    for (const char* state : {"DOWN*", "IDLE+DRAIN", "IDLE*+CLOUD+DRAIN", "FAIL", "MIXED+FAIL"})
        EXPECT_EQ(reason_given(fmt::format("NodeName=n1 State={} Reason=fan [a@b]\n", state)), "");
}

TEST(Drain, AnEarlierReasonOfOursGivesWayAndIsNotSaidTwice) {
    EXPECT_EQ(reason_given("NodeName=n1 State=IDLE Reason=efa: gone [FL-E206] [root@b]\n"),
              "efa: 1 of 2 [FL-E201]");
    EXPECT_EQ(reason_given("NodeName=n1 State=IDLE Reason=fan; efa: 1 of 2 [FL-E201] [root@b]\n"),
              "fan; efa: 1 of 2 [FL-E201]");
}

TEST(Drain, AReasonThatNamesACodeOfOursButDoesNotEndInOneIsSomebodyElses) {
    for (const char* reason : {"see [FL-E201], RMA 1234", "[FL-E201] again", "our [FL-]",
                               "our [FL-E20]", "our [FL-e201]", "our [FL-E2011]", "our [FL-E2x1]",
                               "our FL-E201]", "[FL-", "our [FL-E201"})
        EXPECT_EQ(reason_given(
                      fmt::format("NodeName=n1 State=IDLE Reason={} [ada@2026-11-21]\n", reason)),
                  fmt::format("{}; efa: 1 of 2 [FL-E201]", reason));
}

TEST(Drain, AReasonIsOneArgumentWhateverItHolds) {
    const FakeScontrol scontrol{healthy};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "$(id) `id`; 'x' State=IDLE", plenty)));
    EXPECT_NE(scontrol.calls().find("[Reason=$(id) `id`; 'x' State=IDLE]\n"), std::string::npos);
}

TEST(Drain, SaysWhenScontrolRefuses) {
    const FakeScontrol scontrol{healthy, "exit 3"};
    EXPECT_TRUE(fails_with(drain(scontrol.path(), "n1", "efa", plenty), Code::E205,
                           "could not drain n1: exit status 3"));
}

TEST(Drain, SaysWhenThereIsNoScontrol) {
    EXPECT_TRUE(
        fails_with(drain("/none/scontrol", "n1", "efa", plenty), Code::X110, "/none/scontrol"));
}

TEST(Drain, ANodeThatCannotBeShownIsDrainedAllTheSame) {
    const FakeScontrol scontrol{""};
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa", plenty)));
    EXPECT_NE(scontrol.calls().find("[update]"), std::string::npos);
}

TEST(Drain, TheChildSeesAFixedPathAndSlurmdsConfiguration) {
    const FakeScontrol scontrol{healthy};
    ::setenv("SLURM_CONF", "/x/slurm.conf", 1);
    ::setenv("LD_PRELOAD_NOT", "hostile", 1);
    EXPECT_TRUE(succeeds(drain(scontrol.path(), "n1", "efa", plenty)));
    ::unsetenv("SLURM_CONF");
    ::unsetenv("LD_PRELOAD_NOT");
    EXPECT_NE(scontrol.environment().find("PATH=/usr/bin:/bin\n"), std::string::npos);
    EXPECT_NE(scontrol.environment().find("SLURM_CONF=/x/slurm.conf\n"), std::string::npos);
    EXPECT_EQ(scontrol.environment().find("hostile"), std::string::npos);
}

TEST(Drain, ADeadlineThatIsOverDrainsNothing) {
    const FakeScontrol scontrol{healthy};
    EXPECT_TRUE(fails_with(drain(scontrol.path(), "n1", "efa", Deadline{std::chrono::seconds(0)}),
                           Code::E205, "did not end"));
}

TEST(PartitionSize, IsWhatSlurmctldCounts) {
    const FakeScontrol scontrol{healthy};
    EXPECT_EQ(partition_size(scontrol.path(), "hpc", plenty).value(), 4);
    EXPECT_EQ(scontrol.calls(), "[--oneliner][show][partition][hpc]\n");
}

TEST(PartitionSize, WithoutAnAnswerIsAnError) {
    EXPECT_TRUE(fails_with(partition_size("/bin/true", "hpc", plenty), Code::E205, "hpc"));
    EXPECT_TRUE(fails_with(partition_size("/none/scontrol", "hpc", plenty), Code::X110));
}

TEST(PartitionsOf, AreThoseOfTheNode) {
    const FakeScontrol scontrol{"NodeName=n1 State=IDLE Partitions=hpc,watch CfgTRES=cpu=1\n"};
    EXPECT_EQ(partitions_of(scontrol.path(), "n1", plenty),
              (std::vector<std::string>{"hpc", "watch"}));
    EXPECT_TRUE(partitions_of("/bin/true", "n1", plenty).empty());
}

class RemoveFromService : public testing::Test {
  protected:
    RemoveFromService() {
        config.scontrol = scontrol.path();
        config.state_dir = folder.path();
    }
    Removal remove(const std::string& node, const Deadline& deadline = plenty) const {
        return remove_from_service(config, node, "hpc", {Code::E201, "efa: 1 of 2"}, deadline);
    }
    bool drained(const std::string& node) const {
        return scontrol.calls().find("[NodeName=" + node + "][State=DRAIN]") != std::string::npos;
    }

    FakeScontrol scontrol{healthy};
    TempFolder folder;
    config::Config config;
};

TEST_F(RemoveFromService, StopsAtTheBrake) {
    EXPECT_EQ(remove("n1"), Removal::Drained);
    EXPECT_EQ(remove("n2"), Removal::Drained);
    EXPECT_EQ(remove("n3"), Removal::Braked);
    EXPECT_TRUE(drained("n1") && drained("n2"));
    EXPECT_FALSE(drained("n3"));
}

TEST_F(RemoveFromService, CountsTheSameBootOnce) {
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(remove("n1"), Removal::Drained);
    EXPECT_TRUE(content_of(folder / "brake/hpc.json").contains(boot_id()));
    EXPECT_EQ(remove("n2"), Removal::Drained);
    EXPECT_EQ(remove("n3"), Removal::Braked);
}

TEST_F(RemoveFromService, CountsInEachPartitionOfTheNode) {
    const FakeScontrol both{"NodeName=n1 State=IDLE Partitions=hpc,watch CfgTRES=cpu=1\n"};
    config.scontrol = both.path();
    EXPECT_EQ(remove("n1"), Removal::Drained);
    for (const char* file : {"brake/hpc.json", "brake/watch.json"})
        EXPECT_TRUE(content_of(folder / file).contains("\"n1\"")) << file;
}

// Two nodes left drained for repair would have a third one stay in service, hour after hour.
TEST_F(RemoveFromService, ANodeThatIsOutOfServiceWithAReasonIsLeftAloneAndNotCounted) {
    const FakeScontrol drained{"NodeName=n1 State=IDLE+DRAIN Partitions=hpc CfgTRES=cpu=1 "
                               "Reason=memory errors [ada@2026-11-21T09:30:00]\n"};
    config.scontrol = drained.path();
    EXPECT_EQ(remove("n1"), Removal::Drained);
    EXPECT_EQ(drained.calls(), "[--oneliner][show][node][n1]\n");
    EXPECT_EQ(test::entries_in(folder.path()), 0u);
    config.state_dir = folder / "none";
    EXPECT_EQ(remove("n1"), Removal::Drained);
}

TEST_F(RemoveFromService, ANodeThatIsOutOfServiceWithoutAReasonIsGivenOurs) {
    const FakeScontrol down{"NodeName=n1 State=DOWN Partitions=hpc CfgTRES=cpu=1\n"};
    config.scontrol = down.path();
    EXPECT_EQ(remove("n1"), Removal::Drained);
    EXPECT_NE(down.calls().find("[Reason=efa: 1 of 2 [FL-E201]]"), std::string::npos);
    EXPECT_TRUE(content_of(folder / "brake/hpc.json").contains("\"n1\""));
}

TEST_F(RemoveFromService, WithoutSharedStorageDrainsNothing) {
    config.state_dir = folder / "none";
    EXPECT_EQ(remove("n1"), Removal::Unable);
    EXPECT_FALSE(drained("n1"));
}

TEST_F(RemoveFromService, WithoutSlurmctldDrainsNothing) {
    config.scontrol = "/bin/false";
    EXPECT_EQ(remove("n1"), Removal::Unable);
    EXPECT_EQ(test::entries_in(folder.path()), 0u); // and the brake counts nothing
}

TEST_F(RemoveFromService, ANodeThatSlurmctldDoesNotShowIsNotDrained) {
    std::filesystem::remove(scontrol.path().parent_path() / "node");
    EXPECT_EQ(remove("n1"), Removal::Unable);
    EXPECT_FALSE(drained("n1"));
    EXPECT_EQ(test::entries_in(folder.path()), 0u);
}

// As storage does whose server is gone: the lock is held and nobody lets go of it.
TEST_F(RemoveFromService, SharedStorageThatHangsIsGivenUp) {
    std::filesystem::create_directory(folder / "brake");
    const UniqueFd held{
        ::open((folder / "brake/hpc.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
    EXPECT_EQ(remove("n1"), Removal::Unable);
    EXPECT_FALSE(drained("n1"));
}

TEST_F(RemoveFromService, SeesAPause) {
    EXPECT_FALSE(paused_in_time(config.state_dir, plenty));
    folder.write("paused", "");
    EXPECT_TRUE(paused_in_time(config.state_dir, plenty));
    EXPECT_FALSE(paused_in_time(config.state_dir, Deadline{std::chrono::seconds(0)}));
}

} // namespace prolog_drain_test
} // namespace fairlead::prolog
