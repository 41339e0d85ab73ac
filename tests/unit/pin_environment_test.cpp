#include "pin/environment.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace fairlead::pin {
namespace pin_environment_test {

using test::add_efa;
using test::cpus;
using test::machine_of;
using test::recorded;
using topology::Machine;

const std::set<std::string> own{"FAIRLEAD_PIN_CPUS", "FAIRLEAD_PIN_NUMA", "FAIRLEAD_PIN_NICS",
                                "FAIRLEAD_PIN_GPUS", "FAIRLEAD_PIN_POLICY"};

Plan planned(const Machine& machine, std::size_t ranks, std::string_view arguments = "",
             std::vector<int> gpus = {}) {
    std::vector<std::uint32_t> numbers(ranks, 0);
    auto made = plan(machine, {.step_cpus = machine.cpus,
                               .ranks = std::move(numbers),
                               .gpus = std::move(gpus),
                               .request = parse_request(arguments).value()});
    EXPECT_TRUE(test::succeeds(made));
    return std::move(*made);
}

/// What rank 0 finds, by name.
std::map<std::string, Variable> variables(const Machine& machine, const Plan& plan,
                                          std::string_view arguments = "",
                                          const VisibleGpus& visible = {}) {
    std::map<std::string, Variable> by_name;
    for (const Variable& one : environment_of(machine, plan, plan.ranks.front(),
                                              parse_request(arguments).value(), visible))
        EXPECT_TRUE(by_name.emplace(one.name, one).second) << one.name << " twice";
    return by_name;
}

std::map<std::string, Variable> of_plan(const Machine& machine, std::size_t ranks,
                                        std::string_view arguments = "") {
    return variables(machine, planned(machine, ranks, arguments), arguments);
}

/// A value, or "unset".
std::string value(const std::map<std::string, Variable>& all, const char* name) {
    const auto found = all.find(name);
    return found == all.end() ? "unset" : found->second.value;
}

Machine two_interfaces(std::string libfabric = "2.1.0") {
    auto machine = machine_of({4, 4});
    add_efa(machine, "0-3");
    add_efa(machine, "4-7");
    machine.libfabric = std::move(libfabric);
    return machine;
}

TEST(Environment, SaysWhereARankIs) {
    const auto found = of_plan(two_interfaces(), 2);
    EXPECT_EQ(value(found, "FAIRLEAD_PIN_CPUS"), "0-3");
    EXPECT_EQ(value(found, "FAIRLEAD_PIN_NUMA"), "0");
    EXPECT_EQ(value(found, "FAIRLEAD_PIN_NICS"), "efa0");
    EXPECT_EQ(value(found, "FAIRLEAD_PIN_GPUS"), "");
    EXPECT_EQ(value(found, "FAIRLEAD_PIN_POLICY"), "nic");
}

TEST(Environment, NumaNodesAreCalledByTheirNumberInTheSystem) {
    auto machine = machine_of({2, 2});
    machine.numa_nodes[0].os_index = 8;
    EXPECT_EQ(value(of_plan(machine, 2), "FAIRLEAD_PIN_NUMA"), "8");
    EXPECT_EQ(value(of_plan(machine, 1, "by:none,omp:off"), "FAIRLEAD_PIN_NUMA"), "unset");
}

// The user's own word stays: OMP_NUM_THREADS, FI_PROVIDER and the like only fill gaps.
TEST(Environment, ReplacesNothingButItsOwnNames) {
    for (const char* arguments : {"", "nic:all", "omp:fill", "by:compact", "by:none"})
        for (const auto& [name, one] : of_plan(two_interfaces(), 2, arguments))
            EXPECT_EQ(one.replaces, own.contains(name)) << name << " with " << arguments;
}

TEST(Environment, ReplacesWhatTheRequestSaysToSet) {
    const auto set = of_plan(two_interfaces(), 2, "omp:set");
    for (const char* name : {"OMP_NUM_THREADS", "OMP_PLACES", "OMP_PROC_BIND"})
        EXPECT_TRUE(set.at(name).replaces) << name;
    EXPECT_FALSE(set.at("FI_PROVIDER").replaces);
    EXPECT_FALSE(set.at("FI_EFA_IFACE").replaces);
}

TEST(Environment, OpenMpIsFilledSetOrLeftAlone) {
    EXPECT_EQ(value(of_plan(two_interfaces(), 2), "OMP_NUM_THREADS"), "4");
    EXPECT_EQ(value(of_plan(two_interfaces(), 2), "OMP_PROC_BIND"), "close");
    EXPECT_EQ(value(of_plan(two_interfaces(), 8), "OMP_NUM_THREADS"), "1");
    for (const auto& [name, one] : of_plan(two_interfaces(), 2, "omp:off"))
        EXPECT_FALSE(name.starts_with("OMP_")) << name;
}

TEST(Environment, PlacesAreCoresUnlessARankHasSeveralThreadsOfOne) {
    const auto smt = machine_of({4, 4}, 2);
    EXPECT_EQ(value(of_plan(smt, 2), "OMP_PLACES"), "cores");
    EXPECT_EQ(value(of_plan(smt, 16), "OMP_PLACES"), "cores");
    EXPECT_EQ(value(of_plan(smt, 2, "smt:2"), "OMP_PLACES"), "threads");
    EXPECT_EQ(value(of_plan(smt, 2, "smt:2"), "OMP_NUM_THREADS"), "8");
    EXPECT_EQ(value(of_plan(machine_of({4}), 1), "OMP_PLACES"), "cores");
}

TEST(Environment, WithoutABindingNothingIsSaidOfCpus) {
    const auto found = of_plan(two_interfaces(), 2, "by:none");
    for (const char* name : {"FAIRLEAD_PIN_CPUS", "FAIRLEAD_PIN_NUMA", "OMP_NUM_THREADS",
                             "OMP_PLACES", "OMP_PROC_BIND"})
        EXPECT_EQ(value(found, name), "unset") << name;
    EXPECT_EQ(value(found, "FAIRLEAD_PIN_POLICY"), "none");
    EXPECT_EQ(value(found, "FAIRLEAD_PIN_NICS"), "efa0");
    EXPECT_EQ(value(found, "FI_PROVIDER"), "efa");
    EXPECT_EQ(value(of_plan(two_interfaces(), 2, "by:none,omp:set"), "OMP_NUM_THREADS"), "unset");
}

TEST(Environment, WithAnInterfaceTheLibrariesAreLedToEfa) {
    const auto found = of_plan(two_interfaces(), 2);
    EXPECT_EQ(value(found, "FI_PROVIDER"), "efa");
    EXPECT_EQ(value(found, "I_MPI_OFI_PROVIDER"), "efa");
    EXPECT_EQ(value(found, "OMPI_MCA_pml"), "cm");
    EXPECT_EQ(value(found, "OMPI_MCA_mtl"), "ofi");
}

TEST(Environment, WithoutAnInterfaceTheyAreNot) {
    for (const auto& found :
         {of_plan(machine_of({4, 4}), 2), of_plan(two_interfaces(), 2, "nic:none")})
        for (const char* name :
             {"FI_PROVIDER", "I_MPI_OFI_PROVIDER", "OMPI_MCA_pml", "OMPI_MCA_mtl", "FI_EFA_IFACE"})
            EXPECT_EQ(value(found, name), "unset") << name;
}

TEST(Environment, TheInterfaceListIsForLibfabric2AndLater) {
    const auto list_with = [](const char* libfabric) {
        return value(of_plan(two_interfaces(libfabric), 2), "FI_EFA_IFACE");
    };
    for (const char* reads : {"2.0.0", "2.1.0", "2.1.0amzn3.0", "2", "3.0", "10.0.0"})
        EXPECT_EQ(list_with(reads), "efa0") << reads;
    for (const char* does_not : {"", "1.22.0", "1.9", "0.0", "unknown", "v2.0", "-2.0", "1", "."})
        EXPECT_EQ(list_with(does_not), "unset") << does_not;
}

TEST(Environment, TheInterfaceListIsNotWrittenWhereItNarrowsNothing) {
    EXPECT_EQ(value(of_plan(two_interfaces(), 2, "nic:all"), "FI_EFA_IFACE"), "unset");
    EXPECT_EQ(value(of_plan(two_interfaces(), 2, "nics:2"), "FI_EFA_IFACE"), "unset");
    EXPECT_EQ(value(of_plan(two_interfaces(), 2, "nic:efa1"), "FI_EFA_IFACE"), "efa1");
    auto one = machine_of({4});
    add_efa(one, "0-3");
    one.libfabric = "2.1.0";
    EXPECT_EQ(value(of_plan(one, 1), "FI_EFA_IFACE"), "unset");
}

TEST(Environment, SeveralInterfacesAreJoinedWithCommas) {
    auto machine = two_interfaces();
    add_efa(machine, "4-7");
    EXPECT_EQ(value(of_plan(machine, 2, "nic:0+2"), "FI_EFA_IFACE"), "efa0,efa2");
    EXPECT_EQ(value(of_plan(machine, 2, "nic:0+2"), "FAIRLEAD_PIN_NICS"), "efa0,efa2");
}

// aws-ofi-nccl drives every interface of a GPU's group and fails where one is hidden.
TEST(Environment, ARankWithAGpuGetsTheInterfaceListOnlyWithTheWholeGroup) {
    auto machine = recorded("p5.48xlarge");
    machine.libfabric = "2.1.0";
    const auto with = [&](std::string_view arguments) {
        return variables(machine, planned(machine, 8, arguments, {0, 1, 2, 3, 4, 5, 6, 7}),
                         arguments);
    };
    const auto whole = with("");
    EXPECT_EQ(std::ranges::count(value(whole, "FI_EFA_IFACE"), ','), 3);
    EXPECT_EQ(value(whole, "FI_EFA_IFACE"), value(whole, "FAIRLEAD_PIN_NICS"));
    EXPECT_EQ(value(with("nics:1"), "FI_EFA_IFACE"), "unset");
    EXPECT_EQ(value(with("nics:3"), "FI_EFA_IFACE"), "unset");
    EXPECT_EQ(value(with("nic:0"), "FI_EFA_IFACE"), "unset");
    machine.libfabric = "1.22.0";
    EXPECT_EQ(value(with(""), "FI_EFA_IFACE"), "unset");
}

/// FI_EFA_IFACE of rank 0 of a step whose CUDA_VISIBLE_DEVICES is `cuda`.
std::string interface_list(const Machine& machine, std::string_view cuda,
                           std::string_view arguments = "") {
    const auto visible = visible_gpus(machine, cuda, "");
    const auto made = planned(machine, 8, arguments, indices(visible));
    return value(variables(machine, made, arguments, visible), "FI_EFA_IFACE");
}

TEST(Environment, WhereAGpuIsNotRecognisedNoInterfaceListIsWritten) {
    auto machine = recorded("p5.48xlarge");
    machine.libfabric = "2.1.0";
    for (const char* cuda : {"MIG-GPU-8932f937/1/0", "GPU-unknown", "8", "MIG-1,MIG-2"})
        for (const char* arguments : {"", "by:numa", "nics:1", "nic:0", "nic:map:0/1"})
            EXPECT_EQ(interface_list(machine, cuda, arguments), "unset") << cuda << arguments;
}

// A machine with GPUs and no GRES: every rank sees every GPU, whatever it does with them.
TEST(Environment, WhereAnyGpuMayBeTheRanksOnlyNamedInterfacesAreListed) {
    auto machine = recorded("p5.48xlarge");
    machine.libfabric = "2.1.0";
    for (const char* arguments : {"", "by:nic", "by:numa", "nics:1", "nic:balance"})
        EXPECT_EQ(interface_list(machine, "", arguments), "unset") << arguments;
    EXPECT_EQ(interface_list(machine, "", "nic:0"), machine.efas[0].name);
    EXPECT_EQ(interface_list(machine, "", "nic:map:1/0"), machine.efas[1].name);
}

TEST(Environment, WhereSlurmSaysThatThereIsNoGpuTheListIsThatOfAnyRank) {
    auto machine = recorded("p5.48xlarge");
    machine.libfabric = "2.1.0";
    EXPECT_NE(interface_list(machine, "NoDevFiles"), "unset");
    machine.gpus.clear();
    EXPECT_NE(interface_list(machine, ""), "unset");
}

TEST(Environment, GpusAreWrittenOnlyWhenAskedFor) {
    auto machine = recorded("p5.48xlarge");
    const auto plan = planned(machine, 4, "", {0, 1, 2, 3, 4, 5, 6, 7});
    const auto visible = visible_gpus(machine, "0,1,2,3,4,5,6,7", "");
    EXPECT_EQ(value(variables(machine, plan, "", visible), "CUDA_VISIBLE_DEVICES"), "unset");
    const auto set = variables(machine, plan, "gpu-env:set", visible);
    EXPECT_EQ(value(set, "CUDA_VISIBLE_DEVICES"), "0,1");
    EXPECT_TRUE(set.at("CUDA_VISIBLE_DEVICES").replaces);
    EXPECT_EQ(value(set, "FAIRLEAD_PIN_GPUS"),
              fmt::format("{},{}", machine.gpus[0].pci, machine.gpus[1].pci));
}

TEST(Environment, GpusAreCalledByTheWordsThatSlurmUsed) {
    auto machine = recorded("p5.48xlarge");
    machine.gpus[6].uuid = "GPU-6aaa";
    machine.gpus[7].uuid = "GPU-7bbb";
    const auto visible = visible_gpus(machine, "GPU-6,GPU-7bbb", "");
    const auto plan = planned(machine, 1, "", indices(visible));
    EXPECT_EQ(value(variables(machine, plan, "gpu-env:set", visible), "CUDA_VISIBLE_DEVICES"),
              "GPU-6,GPU-7bbb");
}

std::set<std::string> shared_names(const Machine& machine, const Plan& plan,
                                   std::string_view arguments = "") {
    std::set<std::string> names;
    for (const Variable& one : shared_environment(machine, plan, parse_request(arguments).value()))
        EXPECT_TRUE(names.insert(one.name).second) << one.name << " twice";
    return names;
}

TEST(SharedEnvironment, IsWhatNoRankHasOfItsOwn) {
    const auto& machine = recorded("hpc7a.96xlarge");
    EXPECT_EQ(shared_names(machine, planned(machine, 192)),
              (std::set<std::string>{"FAIRLEAD_PIN_GPUS", "FAIRLEAD_PIN_POLICY", "FI_PROVIDER",
                                     "I_MPI_OFI_PROVIDER", "OMPI_MCA_mtl", "OMPI_MCA_pml",
                                     "OMP_NUM_THREADS", "OMP_PLACES", "OMP_PROC_BIND"}));
    EXPECT_EQ(shared_names(machine, planned(machine, 4, "omp:off,nic:none"), "omp:off,nic:none"),
              (std::set<std::string>{"FAIRLEAD_PIN_GPUS", "FAIRLEAD_PIN_POLICY"}));
}

TEST(SharedEnvironment, LeavesOutWhatDiffersBetweenRanks) {
    const auto machine = two_interfaces();
    auto two = planned(machine, 2);
    EXPECT_FALSE(shared_names(machine, two).contains("FI_EFA_IFACE"));
    EXPECT_TRUE(shared_names(machine, two).contains("OMP_NUM_THREADS"));
    two.ranks[1].cpus = cpus("4-6");
    two.ranks[1].nics.clear();
    const auto uneven = shared_names(machine, two);
    EXPECT_FALSE(uneven.contains("OMP_NUM_THREADS"));
    EXPECT_FALSE(uneven.contains("FI_PROVIDER"));
    EXPECT_TRUE(uneven.contains("OMP_PROC_BIND"));
    EXPECT_TRUE(uneven.contains("OMP_PLACES"));
}

TEST(SharedEnvironment, LeavesOutPlacesWhereOneRankAloneHasTwoThreadsOfACore) {
    const auto& machine = recorded("p5.48xlarge");
    auto two = planned(machine, 2, "smt:1");
    EXPECT_TRUE(shared_names(machine, two, "smt:1").contains("OMP_PLACES"));
    for (const int pu : machine.cores[0].pus)
        two.ranks[1].cpus.add(pu);
    EXPECT_FALSE(shared_names(machine, two, "smt:1").contains("OMP_PLACES"));
}

TEST(SharedEnvironment, LeavesOutWhatTheGpusOfARankMayChange) {
    const auto& machine = recorded("p5.48xlarge");
    const auto plan = planned(machine, 8, "", {0, 1, 2, 3, 4, 5, 6, 7});
    EXPECT_EQ(shared_names(machine, plan),
              (std::set<std::string>{"FAIRLEAD_PIN_POLICY", "FI_PROVIDER", "I_MPI_OFI_PROVIDER",
                                     "OMPI_MCA_mtl", "OMPI_MCA_pml", "OMP_NUM_THREADS",
                                     "OMP_PLACES", "OMP_PROC_BIND"}));
}

TEST(SharedEnvironment, IsEachRanksWhicheverGpusSlurmBindsItTo) {
    const auto& machine = recorded("p5.48xlarge");
    const auto visible = visible_gpus(machine, "0,1,2,3,4,5,6,7", "");
    const auto plan = planned(machine, 8, "", indices(visible));
    const auto shared = shared_environment(machine, plan, {});
    std::vector<std::optional<std::vector<int>>> bound{std::nullopt};
    for (int gpu = 0; gpu < 8; ++gpu)
        bound.push_back(std::vector{gpu});
    for (const auto& gpus : bound) {
        const auto rank = with_own_gpus(machine, {}, plan.ranks[0], gpus);
        const auto all = environment_of(machine, plan, rank, {}, visible);
        for (const Variable& one : shared)
            EXPECT_NE(std::ranges::find(all, one), all.end()) << one.name;
    }
}

TEST(OwnGpus, BringTheirInterfacesWithThem) {
    const auto& machine = recorded("p5.48xlarge");
    const auto plan = planned(machine, 8, "", {0, 1, 2, 3, 4, 5, 6, 7});
    const auto moved = with_own_gpus(machine, {}, plan.ranks[0], std::vector{5});
    EXPECT_EQ(moved.gpus, std::vector<int>{5});
    EXPECT_EQ(moved.nics, plan.ranks[5].nics);
    EXPECT_EQ(moved.cpus, plan.ranks[0].cpus);
    const auto two = with_own_gpus(machine, {}, plan.ranks[0], std::vector{5, 4});
    EXPECT_EQ(two.nics.size(), plan.ranks[4].nics.size() + plan.ranks[5].nics.size());
    EXPECT_TRUE(std::ranges::is_sorted(two.nics));
}

TEST(OwnGpus, LeaveInterfacesThatTheUserChose) {
    const auto& machine = recorded("p5.48xlarge");
    for (const char* arguments : {"nic:0", "nic:all", "nic:none", "nics:2", "nic:map:0/1"}) {
        const auto plan = planned(machine, 8, arguments, {0, 1, 2, 3, 4, 5, 6, 7});
        const auto moved =
            with_own_gpus(machine, parse_request(arguments).value(), plan.ranks[0], std::vector{5});
        EXPECT_EQ(moved.nics, plan.ranks[0].nics) << arguments;
        EXPECT_EQ(moved.gpus, std::vector<int>{5}) << arguments;
    }
}

TEST(OwnGpus, OnANodeWithoutEfaBringNone) {
    auto machine = machine_of({4});
    machine.gpus.push_back({.name = "g0", .pci = "0000:10:00.0", .near = cpus("0-3")});
    machine.gpus.push_back({.name = "g1", .pci = "0000:11:00.0", .near = cpus("0-3")});
    const auto plan = planned(machine, 2, "", {0, 1});
    EXPECT_TRUE(with_own_gpus(machine, {}, plan.ranks[0], std::vector{1}).nics.empty());
    EXPECT_TRUE(with_own_gpus(machine, {}, plan.ranks[0], std::nullopt).nics.empty());
}

TEST(OwnGpus, ThatCannotBeToldBringAllInterfacesAndNoName) {
    const auto& machine = recorded("p5.48xlarge");
    for (const auto& gpus : {std::vector<int>{}, std::vector{0, 1, 2, 3, 4, 5, 6, 7}}) {
        const auto plan = planned(machine, 8, "", gpus);
        const auto moved = with_own_gpus(machine, {}, plan.ranks[0], std::nullopt);
        EXPECT_TRUE(moved.gpus.empty());
        EXPECT_EQ(moved.nics.size(), machine.efas.size());
    }
}

} // namespace pin_environment_test
} // namespace fairlead::pin
