// What mpibind 0.23 gets wrong on machines and steps that are not the usual ones; one test each.
#include "pin/environment.hpp"
#include "pin/plan.hpp"
#include "pin/report.hpp"
#include "pin/step_cpus.hpp"

#include "expect_error.hpp"
#include "machines.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace fairlead::pin {
namespace pin_mpibind_defects_test {

using test::cpus;
using test::fails_with;
using test::machine_of;
using test::recorded;
using test::succeeds;
using topology::CpuSet;
using topology::Machine;

PlanInput input_of(const Machine& machine, std::size_t ranks, std::vector<int> gpus = {}) {
    std::vector<std::uint32_t> numbers(ranks);
    std::iota(numbers.begin(), numbers.end(), 0u);
    return {.step_cpus = machine.cpus, .ranks = std::move(numbers), .gpus = std::move(gpus)};
}

void add_gpu(Machine& machine, std::string_view near) {
    const auto pci = fmt::format("0000:{:02x}:00.0", 0x40 + machine.gpus.size());
    machine.gpus.push_back({.name = pci, .pci = pci, .near = cpus(near)});
}

bool warns(const Plan& plan, std::string_view part) {
    return std::ranges::any_of(plan.warnings, [&](const std::string& warning) {
        return warning.find(part) != std::string::npos;
    });
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
}

// mpibind: a GPU without a vendor string in the topology ends slurmstepd with a segmentation fault.
TEST(MpibindDefects, AGpuWithoutVendorOrNameIsNamedByItsPciAddress) {
    std::string xml = test::content_of(test::topology_file("p5.48xlarge"));
    for (const char* name : {"PCIVendor", "PCIDevice", "GPUVendor", "GPUModel", "Backend",
                             "DMIProductName", "HostName"})
        replace_all(xml, fmt::format("<info name=\"{}\"", name), "<info name=\"Removed\"");
    const auto machine = topology::from_xml_text(xml, "edited");
    ASSERT_TRUE(succeeds(machine));
    EXPECT_EQ(machine->name, "");
    ASSERT_EQ(machine->gpus.size(), 8u);
    for (const auto& gpu : machine->gpus)
        EXPECT_EQ(gpu.name, gpu.pci);
    const auto made = plan(*machine, input_of(*machine, 8, {0, 1, 2, 3, 4, 5, 6, 7}));
    ASSERT_TRUE(succeeds(made));
    EXPECT_FALSE(report_lines(*machine, *made).empty());
    EXPECT_FALSE(report_json(*machine, *made).empty());
}

// mpibind: where a GPU hangs on a package of several NUMA nodes, no task gets any GPU.
TEST(MpibindDefects, AGpuAboveTheNumaNodesStillGetsRanks) {
    auto machine = machine_of({4, 4, 4, 4});
    for (std::size_t i = 0; i < 4; ++i)
        machine.numa_nodes[i].package = static_cast<int>(i / 2);
    add_gpu(machine, "0-7");
    add_gpu(machine, "8-15");
    for (const std::size_t ranks : {1u, 2u, 4u, 8u}) {
        const auto made = plan(machine, input_of(machine, ranks, {0, 1}));
        ASSERT_TRUE(succeeds(made));
        std::vector<int> used;
        for (const RankPlan& rank : made->ranks) {
            EXPECT_FALSE(rank.gpus.empty()) << ranks;
            used.insert(used.end(), rank.gpus.begin(), rank.gpus.end());
            if (ranks > 1) {
                EXPECT_TRUE(machine.gpus.at(static_cast<std::size_t>(rank.gpus.front()))
                                .near.intersects(rank.cpus))
                    << ranks;
            }
        }
        EXPECT_TRUE(std::ranges::count(used, 0) > 0 && std::ranges::count(used, 1) > 0) << ranks;
    }
}

// mpibind: a byte before its buffer is read, and an empty CUDA_VISIBLE_DEVICES hides all GPUs.
TEST(MpibindDefects, ANodeWithoutGpusGetsNoCudaVariableAtAll) {
    const Machine& machine = recorded("hpc7a.96xlarge");
    for (const GpuEnv wish : {GpuEnv::Keep, GpuEnv::Set})
        for (const char* said : {"", "0", "NoDevFiles"}) {
            const Request request{.gpu_env = wish};
            const auto visible = visible_gpus(machine, said, said);
            const auto made = plan(machine, input_of(machine, 4, indices(visible)));
            ASSERT_TRUE(succeeds(made));
            for (const RankPlan& rank : made->ranks)
                for (const Variable& one : environment_of(machine, *made, rank, request, visible)) {
                    EXPECT_EQ(one.name.find("VISIBLE_DEVICES"), std::string::npos) << one.name;
                    EXPECT_EQ(one.name.find("CUDA"), std::string::npos) << one.name;
                }
        }
}

// mpibind: with GPUs on the first socket alone (cts1-pascal) half of the cores idle, unsaid.
TEST(MpibindDefects, WithGpusOnOneSocketNoCoreIdlesWithoutAWord) {
    for (const int cores : {16, 18}) {
        auto machine = machine_of({cores, cores});
        for (int gpu = 0; gpu < 2; ++gpu)
            add_gpu(machine, fmt::format("0-{}", cores - 1));
        const auto made = plan(machine, input_of(machine, 8, {0, 1}));
        ASSERT_TRUE(succeeds(made));
        EXPECT_EQ(made->used, Policy::Gpu);
        EXPECT_LT(made->idle_cores, 8);
        if (made->idle_cores > 0) {
            EXPECT_TRUE(warns(*made, fmt::format("{} cores have no rank (CPUs", made->idle_cores)));
        }
        for (const RankPlan& rank : made->ranks)
            EXPECT_EQ(rank.gpus.size(), 1u);
    }
}

// The same, where the ranks say how many CPUs they want: the far socket idles, and it is said.
TEST(MpibindDefects, CoresLeftForTheSakeOfAGpuAreWarnedOf) {
    auto machine = machine_of({16, 16});
    add_gpu(machine, "0-15");
    auto input = input_of(machine, 8, {0});
    input.cpus_per_task = 2;
    const auto made = plan(machine, input);
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->idle_cores, 16);
    EXPECT_TRUE(warns(*made, "16 cores have no rank (CPUs 16-31): 8 ranks of 2 CPUs need no more"));
}

// mpibind: a restriction to CPUs that are not there is a warning, and the whole node is mapped.
TEST(MpibindDefects, CpusThatTheMachineLacksAreAnErrorAndNotTheWholeMachine) {
    const Machine& machine = recorded("c5n.18xlarge");
    auto input = input_of(machine, 2);
    input.step_cpus = step_cpus(machine, cpus("500-507"), "").cpus;
    EXPECT_TRUE(input.step_cpus.empty());
    EXPECT_TRUE(fails_with(plan(machine, input), Code::P201));
    input.step_cpus = cpus("500-507");
    EXPECT_TRUE(fails_with(plan(machine, input), Code::P201, "500-507"));
    input.step_cpus = cpus("0-1,500-507");
    const auto partly = plan(machine, input);
    ASSERT_TRUE(succeeds(partly));
    EXPECT_EQ(partly->step_cpus.list(), "0-1");
}

// mpibind: where slurm.conf has 192 sockets of one core (aws-parallelcluster#5797), core numbers
// past the hardware's fail.
TEST(MpibindDefects, CoreNumbersOf192SocketsAreHardwareThreads) {
    const Machine& machine = recorded("p5.48xlarge");
    ASSERT_EQ(machine.cores.size(), 96u);
    ASSERT_EQ(machine.cpus.size(), 192);
    const auto whole = step_cpus(machine, machine.cpus, "0-191");
    EXPECT_EQ(whole.cpus, machine.cpus);
    ASSERT_EQ(whole.warnings.size(), 1u);
    EXPECT_NE(whole.warnings[0].find("counts 192 or more cores, the hardware has 96"),
              std::string::npos);
    const auto last = step_cpus(machine, machine.cpus, "190-191");
    CpuSet expected;
    for (const int pu : machine.cores.back().pus)
        expected.add(pu);
    EXPECT_EQ(last.cpus, expected);
    auto input = input_of(machine, 192);
    input.step_cpus = whole.cpus;
    input.warnings = whole.warnings;
    const auto made = plan(machine, input);
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(made->overlaps, 0);
    EXPECT_TRUE(warns(*made, "slurm.conf counts 192"));
}

// The same type where the kernel's fence is the step's own.
TEST(MpibindDefects, OfCoreNumbersAndAFenceTheFenceIsRight) {
    const Machine& machine = recorded("p5.48xlarge");
    CpuSet fence;
    for (std::size_t i = 72; i < 96; ++i)
        for (const int pu : machine.cores[i].pus)
            fence.add(pu);
    EXPECT_EQ(step_cpus(machine, fence, "144-191").cpus, fence);
    EXPECT_EQ(step_cpus(machine, fence, "0-47").cpus, fence);
    EXPECT_EQ(step_cpus(machine, fence, "500-511").cpus, fence);
}

// mpibind refuses hwloc 3, and hwloc 2.9 cannot read XML of version 3.0.
TEST(MpibindDefects, XmlOfHwloc3IsReadOrRefusedInASentence) {
    std::string xml = test::content_of(test::topology_file("c5n.18xlarge"));
    replace_all(xml, "<topology version=\"2.0\">", "<topology version=\"3.0\">");
    ASSERT_NE(xml.find("version=\"3.0\""), std::string::npos);
    const auto machine = topology::from_xml_text(xml, "new.xml");
    if (machine) {
        EXPECT_EQ(machine->cores.size(), 36u);
    } else {
        EXPECT_TRUE(fails_with(machine, Code::P204,
                               "new.xml is not a topology that this hwloc reads; write one with "
                               "lstopo"));
    }
}

// mpibind: two tasks of a topology that is not this machine's are bound to nothing, and the step
// ends with 0. Here no rank is ever without a CPU of the step.
TEST(MpibindDefects, NoRankIsEverWithoutACpu) {
    const Machine& machine = recorded("hpc7a.96xlarge");
    for (const char* step : {"0", "0-1", "95-96", "191", "190-500"})
        for (const std::size_t ranks : {1u, 2u, 5u, 192u}) {
            auto input = input_of(machine, ranks);
            input.step_cpus = cpus(step);
            const auto made = plan(machine, input);
            ASSERT_TRUE(succeeds(made));
            ASSERT_EQ(made->ranks.size(), ranks);
            for (const RankPlan& rank : made->ranks) {
                EXPECT_FALSE(rank.cpus.empty());
                EXPECT_TRUE(rank.cpus.inside(input.step_cpus & machine.cpus));
            }
        }
}

} // namespace pin_mpibind_defects_test
} // namespace fairlead::pin
