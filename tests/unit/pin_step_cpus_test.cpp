#include "pin/step_cpus.hpp"

#include "machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_step_cpus_test {

using test::cpus;
using test::machine_of;

const auto smt = machine_of({2, 2}, 2); // cores 0,4 1,5 | 2,6 3,7

std::string step(std::string_view affinity, std::string_view cores) {
    return step_cpus(smt, cpus(affinity), cores).cpus.list();
}

TEST(StepCpus, AFenceIsTheKernelsWord) {
    EXPECT_EQ(step("0,4", "2-3"), "0,4");
    EXPECT_EQ(step("1-6", ""), "1-6");
}

TEST(StepCpus, WithoutAFenceSlurmsCoresCount) {
    EXPECT_EQ(step("0-7", "0"), "0,4");
    EXPECT_EQ(step("0-7", "1-2"), "1-2,5-6");
    EXPECT_EQ(step("0-7", "0-3"), "0-7");
    EXPECT_TRUE(step_cpus(smt, smt.cpus, "0-3").warnings.empty());
}

TEST(StepCpus, WhereSlurmCallsThreadsCoresItsNumbersAreThreads) {
    const auto found = step_cpus(smt, smt.cpus, "0,4-7");
    EXPECT_EQ(found.cpus.list(), "0,2-3,6-7"); // threads in the order of their cores
    ASSERT_EQ(found.warnings.size(), 1u);
    EXPECT_EQ(found.warnings[0], "slurm.conf counts 8 or more cores, the hardware has 4");
}

TEST(StepCpus, ACoreThatTheHardwareDoesNotHaveMeansAllCpusAndAWarning) {
    const auto found = step_cpus(smt, smt.cpus, "0,8");
    EXPECT_EQ(found.cpus.list(), "0-7");
    ASSERT_EQ(found.warnings.size(), 1u);
    EXPECT_NE(found.warnings[0].find("core 8, the hardware has 4 cores"), std::string::npos);
}

TEST(StepCpus, AListThatCannotBeReadMeansWhatIsUsable) {
    for (const std::string_view list : {"", " ", "x", "3-1", "-1", "0-99999999", "(null)"})
        EXPECT_EQ(step("0-7", list), "0-7") << list;
}

TEST(StepCpus, CpusThatTheMachineDoesNotHaveAreLeftOut) {
    EXPECT_EQ(step("0-63", "0"), "0,4");
    EXPECT_EQ(step("8-63", "0"), "");
    EXPECT_EQ(step("", "0"), "");
}

// threads[] is shorter than the machine's CPUs where a CPU belongs to no core.
TEST(StepCpus, ACpuWithoutACoreIsNoThreadToCount) {
    auto machine = smt;
    machine.cpus.add(8);
    machine.cpus.add(9);
    EXPECT_EQ(step_cpus(machine, machine.cpus, "0,9").cpus, machine.cpus);
}

} // namespace pin_step_cpus_test
} // namespace fairlead::pin
