#include "fabric/host.hpp"

#include "fake_sysfs.hpp"

#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_host_test {

using test::FakeSysfs;

void expect_failed(const Finding& finding, Code code, const std::string& message) {
    EXPECT_EQ(finding.state, State::Failed) << finding.check;
    ASSERT_TRUE(finding.error) << message;
    EXPECT_EQ(finding.error->code, code);
    EXPECT_EQ(finding.error->message, message);
}

TEST(Driver, IsComparedNumberByNumber) {
    const FakeSysfs sysfs;
    sysfs.set("sys/module/efa/version", "2.17.3g\n");
    for (const char* least : {"2", "2.17", "2.17.3", "2.9.99", "1.20"})
        EXPECT_EQ(check_driver(sysfs.root(), least).state, State::Ok) << least;
    for (const char* least : {"2.17.4", "2.18", "3", "10.0"})
        EXPECT_EQ(check_driver(sysfs.root(), least).state, State::Failed) << least;
    expect_failed(check_driver(sysfs.root(), "2.18.0"), Code::E207,
                  "efa: driver 2.17.3g is older than 2.18.0");
}

TEST(Driver, WithoutAVersionIsUnknownWhereOneIsDemanded) {
    const FakeSysfs sysfs;
    EXPECT_EQ(check_driver(sysfs.root(), "2.0").state, State::Unknown);
    EXPECT_EQ(check_driver(sysfs.root(), "").state, State::Ok);
}

TEST(PtraceScope, OtherThanZeroFailsWhereItIsDemanded) {
    const FakeSysfs sysfs;
    sysfs.set("proc/sys/kernel/yama/ptrace_scope", "1\n");
    expect_failed(check_ptrace_scope(sysfs.root(), true), Code::E208,
                  "kernel.yama.ptrace_scope is 1, which keeps libfabric from shared memory");
    EXPECT_EQ(check_ptrace_scope(sysfs.root(), false).state, State::Ok);
    sysfs.set("proc/sys/kernel/yama/ptrace_scope", "0\n");
    EXPECT_EQ(check_ptrace_scope(sysfs.root(), true).state, State::Ok);
}

TEST(PtraceScope, AKernelWithoutYamaIsFine) {
    EXPECT_EQ(check_ptrace_scope("/none", true).state, State::Ok);
}

constexpr std::uint64_t mib = 1024 * 1024;

FakeSysfs& with_limits(FakeSysfs& sysfs, const std::string& soft) {
    sysfs.set("proc/7/limits", "Limit                     Soft Limit           Hard Limit  Units\n"
                               "Max file size             unlimited            unlimited   bytes\n"
                               "Max locked memory         " +
                                   soft + "              unlimited            bytes\n");
    return sysfs;
}

TEST(Memlock, IsTheSoftLimit) {
    FakeSysfs sysfs;
    with_limits(sysfs, "8388608");
    EXPECT_EQ(check_memlock(sysfs.root(), 7, 8 * mib).state, State::Ok);
    expect_failed(check_memlock(sysfs.root(), 7, 16 * mib), Code::E209,
                  "slurmd may lock 8192 KiB, 16384 KiB demanded");
    expect_failed(check_memlock(sysfs.root(), 7, config::unlimited_memlock), Code::E209,
                  "slurmd may lock 8192 KiB, unlimited demanded");
    EXPECT_EQ(check_memlock(sysfs.root(), 7, 0).found, "8192 KiB");
}

TEST(Memlock, UnlimitedIsEnoughForEverything) {
    FakeSysfs sysfs;
    EXPECT_EQ(
        check_memlock(with_limits(sysfs, "unlimited").root(), 7, config::unlimited_memlock).state,
        State::Ok);
}

TEST(Memlock, OfNoProcessIsUnknown) {
    const FakeSysfs sysfs;
    EXPECT_EQ(check_memlock(sysfs.root(), std::nullopt, mib).state, State::Unknown);
    EXPECT_EQ(check_memlock(sysfs.root(), 7, mib).state, State::Unknown);
    EXPECT_EQ(check_memlock(sysfs.root(), std::nullopt, 0).state, State::Ok);
}

TEST(HugePages, FewerThanDemandedFail) {
    const FakeSysfs sysfs;
    sysfs.set("proc/sys/vm/nr_hugepages", "100\n");
    EXPECT_EQ(check_huge_pages(sysfs.root(), 100).state, State::Ok);
    expect_failed(check_huge_pages(sysfs.root(), 101), Code::E216, "100 huge pages, 101 demanded");
    EXPECT_EQ(check_huge_pages("/none", 1).state, State::Unknown);
    EXPECT_EQ(check_huge_pages("/none", 0).state, State::Ok);
}

TEST(Mtu, IsTheSmallestOfTheEnaInterfaces) {
    const FakeSysfs sysfs;
    sysfs.add_interface("eth0", "ena", 9001);
    sysfs.add_interface("eth1", "ena", 1500);
    sysfs.add_interface("docker0", "bridge", 500);
    expect_failed(check_mtu(sysfs.root(), 9001), Code::E217, "MTU of eth1 is 1500, 9001 demanded");
    EXPECT_EQ(check_mtu(sysfs.root(), 1500).state, State::Ok);
    EXPECT_EQ(check_mtu(sysfs.root(), 0).found, "eth1 1500");
}

TEST(Mtu, WithoutAnEnaInterfaceIsUnknownWhereItIsDemanded) {
    EXPECT_EQ(check_mtu("/none", 9001).state, State::Unknown);
    EXPECT_EQ(check_mtu("/none", 0).state, State::Ok);
}

TEST(Slurmd, IsFoundAboveThroughItsChildren) {
    const FakeSysfs sysfs;
    sysfs.set("proc/10/comm", "slurmd\n");
    sysfs.set("proc/10/stat", "10 (slurmd) S 1 10\n");
    sysfs.set("proc/20/comm", "sh\n");
    sysfs.set("proc/20/stat", "20 (sh) S 10 20\n");
    sysfs.set("proc/30/comm", "a) S 99\n");
    sysfs.set("proc/30/stat", "30 (a) S 99) S 20 30\n");
    EXPECT_EQ(slurmd_above(sysfs.root(), 30), 10);
    EXPECT_EQ(slurmd_anywhere(sysfs.root()), 10);
}

TEST(Slurmd, WhereThereIsNoneNoneIsFound) {
    const FakeSysfs sysfs;
    sysfs.set("proc/30/comm", "init\n");
    sysfs.set("proc/30/stat", "30 (init) S 30 0\n"); // its own parent: damaged
    EXPECT_EQ(slurmd_above(sysfs.root(), 30), std::nullopt);
    EXPECT_EQ(slurmd_anywhere(sysfs.root()), std::nullopt);
    EXPECT_EQ(slurmd_above(sysfs.root(), 5), std::nullopt);
    EXPECT_EQ(slurmd_anywhere("/none"), std::nullopt);
}

TEST(Uptime, IsTheFirstNumber) {
    const FakeSysfs sysfs;
    sysfs.set("proc/uptime", "61.25 100.00\n");
    EXPECT_EQ(uptime(sysfs.root()), 61.25);
    sysfs.set("proc/uptime", "rubbish\n");
    EXPECT_EQ(uptime(sysfs.root()), std::nullopt);
}

} // namespace fabric_host_test
} // namespace fairlead::fabric
