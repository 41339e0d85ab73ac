#include "pin/launchers.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace fairlead::pin {
namespace pin_launchers_test {

using test::fails_with;
using test::machine_of;
using topology::Machine;

Plan planned(const Machine& machine, std::size_t ranks, int cpus_per_task = 0,
             std::string_view arguments = "") {
    std::vector<std::uint32_t> numbers(ranks);
    std::iota(numbers.begin(), numbers.end(), 0u);
    auto made = plan(machine, {.step_cpus = machine.cpus,
                               .ranks = std::move(numbers),
                               .cpus_per_task = cpus_per_task,
                               .request = parse_request(arguments).value()});
    EXPECT_TRUE(test::succeeds(made));
    return std::move(*made);
}

TEST(Rankfile, CountsCoresInsideEachPackage) {
    const auto machine = machine_of({4, 4});
    EXPECT_EQ(rankfile(machine, planned(machine, 4)).value(), "rank 0=+n0 slot=0:0-1\n"
                                                              "rank 1=+n0 slot=0:2-3\n"
                                                              "rank 2=+n0 slot=1:0-1\n"
                                                              "rank 3=+n0 slot=1:2-3\n");
}

TEST(Rankfile, NumaNodesOfAPackageCountOn) {
    auto machine = machine_of({2, 2, 2, 2});
    for (std::size_t i = 0; i < 4; ++i)
        machine.numa_nodes[i].package = static_cast<int>(i / 2);
    EXPECT_EQ(rankfile(machine, planned(machine, 4)).value(), "rank 0=+n0 slot=0:0-1\n"
                                                              "rank 1=+n0 slot=0:2-3\n"
                                                              "rank 2=+n0 slot=1:0-1\n"
                                                              "rank 3=+n0 slot=1:2-3\n");
}

TEST(Rankfile, CallsARankByItsNumberInTheStep) {
    const auto machine = machine_of({2});
    const auto made = plan(machine, {.step_cpus = machine.cpus, .ranks = {41, 7}});
    EXPECT_EQ(rankfile(machine, *made).value(), "rank 41=+n0 slot=0:0\nrank 7=+n0 slot=0:1\n");
}

TEST(Rankfile, ARankOverTwoPackagesHasBoth) {
    const auto machine = machine_of({3, 3});
    EXPECT_EQ(rankfile(machine, planned(machine, 3, 2)).value(), "rank 0=+n0 slot=0:0-1\n"
                                                                 "rank 1=+n0 slot=0:2,1:2\n"
                                                                 "rank 2=+n0 slot=1:0-1\n");
}

TEST(Rankfile, CoresAreCountedAndNotTheNumbersOfTheirThreads) {
    const auto machine = machine_of({2, 2}, 2); // 0,4 1,5 | 2,6 3,7
    const std::string expected = "rank 0=+n0 slot=0:0-1\nrank 1=+n0 slot=1:0-1\n";
    EXPECT_EQ(rankfile(machine, planned(machine, 2)).value(), expected);
    EXPECT_EQ(rankfile(machine, planned(machine, 2, 0, "smt:2")).value(), expected);
}

TEST(Rankfile, CannotGiveHardwareThreadsOfACoreToSeveralRanks) {
    const auto machine = machine_of({2, 2}, 2);
    EXPECT_TRUE(fails_with(rankfile(machine, planned(machine, 8)), Code::P208,
                           "hardware threads of one core; plan with at most 4 ranks"));
    EXPECT_TRUE(fails_with(rankfile(machine, planned(machine, 20)), Code::P208));
}

TEST(Masks, AreHexadecimalWithCpu0AtTheRight) {
    const auto machine = machine_of({4, 4});
    EXPECT_EQ(intel_mpi(machine, planned(machine, 2)).value(),
              "export I_MPI_PIN=on\nexport I_MPI_PIN_DOMAIN=[f,f0]\n");
    EXPECT_EQ(slurm_cpu_bind(machine, planned(machine, 4)).value(),
              "--cpu-bind=mask_cpu:0x3,0xc,0x30,0xc0\n");
}

TEST(Masks, GoPast64Cpus) {
    const auto machine = machine_of({65, 65});
    EXPECT_EQ(slurm_cpu_bind(machine, planned(machine, 2)).value(),
              "--cpu-bind=mask_cpu:0x1ffffffffffffffff,0x3fffffffffffffffe0000000000000000\n");
    const auto many = machine_of({192});
    EXPECT_TRUE(slurm_cpu_bind(many, planned(many, 192))
                    .value()
                    .ends_with(",0x800000000000000000000000000000000000000000000000\n"));
}

TEST(Masks, HaveHardwareThreads) {
    const auto machine = machine_of({2, 2}, 2); // 0,4 1,5 | 2,6 3,7
    EXPECT_EQ(slurm_cpu_bind(machine, planned(machine, 2, 0, "smt:2")).value(),
              "--cpu-bind=mask_cpu:0x33,0xcc\n");
    EXPECT_EQ(intel_mpi(machine, planned(machine, 8)).value(),
              "export I_MPI_PIN=on\nexport I_MPI_PIN_DOMAIN=[1,10,2,20,4,40,8,80]\n");
}

TEST(Launchers, HaveNothingToWriteWhereNothingIsBound) {
    const auto machine = machine_of({4});
    const auto unbound = planned(machine, 2, 0, "by:none");
    for (const auto& written : {rankfile(machine, unbound), intel_mpi(machine, unbound),
                                slurm_cpu_bind(machine, unbound)})
        EXPECT_TRUE(fails_with(written, Code::P208, "by:none binds no rank"));
}

TEST(Launchers, EveryRankOfEveryRecordedMachineIsWritten) {
    for (const std::string& type : test::recorded_types) {
        const Machine& machine = test::recorded(type.c_str());
        const auto ranks = machine.cores.size();
        const auto file = rankfile(machine, planned(machine, ranks));
        ASSERT_TRUE(test::succeeds(file)) << type;
        EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(*file, '\n')), ranks) << type;
    }
}

} // namespace pin_launchers_test
} // namespace fairlead::pin
