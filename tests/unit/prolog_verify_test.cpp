#include "prolog/verify.hpp"

#include "base/boot.hpp"

#include "expect_error.hpp"
#include "fake_sysfs.hpp"
#include "source_dir.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fairlead::prolog {
namespace prolog_verify_test {

using test::fails_with;
using test::FakeSysfs;
using test::succeeds;
using test::TempFolder;

const Deadline plenty{std::chrono::hours(24)}; // begins with the program
constexpr int an_hour = 3600, many = 1'000'000;

/// An hpc7a.96xlarge of partition hpc, which has two EFA interfaces when in order.
class Verifying : public testing::Test {
  protected:
    Verifying() {
        sysfs.set_dmi("product_name", "hpc7a.96xlarge");
        sysfs.set_dmi("board_asset_tag", "i-0123456789abcdef0");
        sysfs.set("proc/uptime", "30.00 60.00\n");
        add_first();
        config.testing = config::Testing{};
        config.testing->sysfs_root = sysfs.root();
        config.node_checks.libfabric = false;
        demand.checked.efa = config::EfaNeed::Required;
    }

    void add_first() const { sysfs.add_device("rdmap49s0", "0000:31:00.0", "efa"); }
    void add_second() const { sysfs.add_device("rdmap161s0", "0000:a1:00.0", "efa"); }

    Result<fabric::Checked> verified(const Deadline& deadline = plenty) const {
        JobEnvironment job;
        job.node = "n1";
        job.partition = "hpc";
        return verify({}, job, demand, config, deadline, here);
    }
    /// What was found of one check, or that it was not made.
    std::string found(const fabric::Checked& checked, std::string_view check) const {
        const auto at = std::ranges::find(checked.findings, check, &fabric::Finding::check);
        return at == checked.findings.end() ? "not checked" : at->found;
    }

    const FakeSysfs sysfs;
    const TempFolder folder;
    Installation here{folder.path(), "/nonexistent",
                      test::source_dir() / "conf/instance-types.csv"};
    config::Config config;
    Demand demand;
};

TEST_F(Verifying, ANodeInOrderIsReady) {
    add_second();
    const auto checked = verified();
    ASSERT_TRUE(succeeds(checked));
    EXPECT_EQ(checked->verdict.outcome, fabric::Outcome::Ready);
    EXPECT_EQ(checked->verdict.found, 2);
}

TEST_F(Verifying, TakesTheMetadataFromTheRecordOfThisBoot) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "trusts what root wrote";
    add_second();
    EXPECT_EQ(found(*verified(), "placement group"), "");
    state::NodeRecord record{
        .node = "n1", .boot_id = boot_id(), .efa = *fabric::efa_devices(sysfs.root())};
    record.facts.placement_group = "efa-pg";
    folder.write("node.json", state::encode(record));
    EXPECT_EQ(found(*verified(), "placement group"), "efa-pg");
}

TEST_F(Verifying, WithoutACatalogNothingIsJudged) {
    here.catalog = "/nonexistent.csv";
    EXPECT_TRUE(fails_with(verified(), Code::X101));
    here.catalog = folder.write("types.csv", "rubbish\n");
    EXPECT_FALSE(verified());
    here.catalog = test::source_dir() / "conf/instance-types.csv";
    config.catalog = folder.write("site.csv", "rubbish\n");
    EXPECT_FALSE(verified());
}

TEST_F(Verifying, WhereTheDevicesCannotBeListedNothingIsJudged) {
    sysfs.remove("sys/class/infiniband");
    sysfs.set("sys/class/infiniband", "a file");
    EXPECT_TRUE(fails_with(verified(), Code::E204));
}

TEST_F(Verifying, AnInterfaceThatComesLateIsAwaited) {
    config.node_checks.attach_tries = many;
    config.node_checks.attach_wait = 0;
    const std::jthread attaching([&] { add_second(); });
    const auto checked = verified();
    ASSERT_TRUE(succeeds(checked));
    EXPECT_EQ(checked->verdict.outcome, fabric::Outcome::Ready);
}

TEST_F(Verifying, DevicesThatCanNoLongerBeListedEndTheWait) {
    config.node_checks.attach_tries = many;
    config.node_checks.attach_wait = 0;
    const std::jthread breaking([&] {
        sysfs.remove("sys/class/infiniband");
        sysfs.set("sys/class/infiniband", "a file");
    });
    EXPECT_TRUE(fails_with(verified(), Code::E204));
}

// Each of these would wait for an hour.
TEST_F(Verifying, AnInterfaceIsNotAwaitedWhereNoneIsMissing) {
    add_second();
    config.node_checks.attach_wait = an_hour;
    EXPECT_EQ(verified()->verdict.outcome, fabric::Outcome::Ready);
}

TEST_F(Verifying, AnInterfaceIsNotAwaitedLongAfterTheBoot) {
    config.node_checks.attach_wait = an_hour;
    sysfs.set("proc/uptime", "601.00 60.00\n");
    EXPECT_EQ(verified()->verdict.outcome, fabric::Outcome::NodeBroken);
    sysfs.remove("proc/uptime");
    EXPECT_EQ(verified()->verdict.outcome, fabric::Outcome::NodeBroken);
}

TEST_F(Verifying, AnInterfaceIsNotAwaitedWithoutTheTime) {
    config.node_checks.attach_wait = an_hour;
    EXPECT_EQ(verified(Deadline{std::chrono::minutes(10)})->verdict.outcome,
              fabric::Outcome::NodeBroken);
}

TEST_F(Verifying, LockedMemoryIsLookedAtWhereItIsDemanded) {
    config.node_checks.attach_tries = 0;
    EXPECT_EQ(found(*verified(), "locked memory"), "not checked");
    config.node_checks.memlock = 1;
    EXPECT_NE(found(*verified(), "locked memory"), "not checked");
}

TEST(MemlockHere, IsThatOfThisProcessWhereNoSlurmdIsAboveIt) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_MEMLOCK, &before), 0);
    const rlimit little{std::min<rlim_t>(64 * 1024, before.rlim_max), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_MEMLOCK, &little), 0);
    const auto finding = memlock_here(1 << 30);
    ASSERT_EQ(::setrlimit(RLIMIT_MEMLOCK, &before), 0);
    ASSERT_TRUE(finding.error);
    EXPECT_EQ(finding.error->code, Code::E209);
    EXPECT_FALSE(memlock_here(0).error);
}

TEST(SlurmdOfMachine, IsTheOneAboveThisProcess) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::prctl(PR_SET_NAME, "slurmd");
        ::_exit(slurmd_of_machine() == ::getpid() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

} // namespace prolog_verify_test
} // namespace fairlead::prolog
