#include "pin/layout.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <gtest/gtest.h>

namespace fairlead::pin {
namespace pin_layout_test {

using test::add_efa;
using test::cpus;
using test::fails_with;
using test::machine_of;
using test::recorded;
using topology::Machine;
using Warnings = std::vector<std::string>;

PlanInput input_of(const Machine& machine, std::string_view arguments, std::size_t ranks = 2,
                   int cpus_per_task = 0) {
    return {.step_cpus = machine.cpus,
            .ranks = std::vector<std::uint32_t>(ranks, 0),
            .cpus_per_task = cpus_per_task,
            .request = parse_request(arguments).value()};
}

Policy resolved(const Machine& machine, std::string_view arguments, std::vector<int> gpus = {},
                Warnings* found = nullptr) {
    Warnings warnings;
    auto input = input_of(machine, arguments);
    input.gpus = std::move(gpus);
    const Policy policy = resolve(machine, input, warnings);
    if (found)
        *found = warnings;
    return policy;
}

/// The only warning of a policy that the machine has nothing for.
std::string fallback(const Machine& machine, std::string_view arguments) {
    Warnings warnings;
    EXPECT_EQ(resolved(machine, arguments, {}, &warnings), Policy::Numa);
    return warnings.size() == 1 ? warnings[0] : fmt::format("{} warnings", warnings.size());
}

Layout laid_out(const Machine& machine, const PlanInput& input, Policy policy = Policy::Numa) {
    return lay_out(machine, input, policy, machine.cpus);
}

Machine with_caches(Machine machine, int cores_of_cache) {
    for (std::size_t i = 0; i < machine.cores.size(); ++i)
        machine.cores[i].cache = static_cast<int>(i) / cores_of_cache;
    return machine;
}

TEST(Resolve, AutoIsGpuWhereTheStepHasOne) {
    EXPECT_EQ(resolved(recorded("p5.48xlarge"), "", {3}), Policy::Gpu);
    EXPECT_EQ(resolved(recorded("p5.48xlarge"), ""), Policy::Nic);
}

TEST(Resolve, AutoIsNicWhereEveryPackageHasAnInterface) {
    auto machine = machine_of({4, 4});
    EXPECT_EQ(resolved(machine, "by:auto"), Policy::Numa);
    add_efa(machine, "0-3");
    EXPECT_EQ(resolved(machine, "by:auto"), Policy::Numa);
    add_efa(machine, "0-3");
    EXPECT_EQ(resolved(machine, "by:auto"), Policy::Numa);
    add_efa(machine, "4-7");
    EXPECT_EQ(resolved(machine, "by:auto"), Policy::Nic);
}

TEST(Resolve, AutoIsNumaWhereInterfacesDoNotSayWhereTheyAre) {
    auto machine = machine_of({4, 4});
    add_efa(machine, "");
    add_efa(machine, "");
    EXPECT_EQ(resolved(machine, ""), Policy::Numa);
}

TEST(Resolve, AutoNeverWarns) {
    for (const std::string& type : test::recorded_types) {
        Warnings warnings;
        resolved(recorded(type.c_str()), "", {}, &warnings);
        EXPECT_TRUE(warnings.empty()) << type;
    }
}

TEST(Resolve, APolicyThatTheNodeHasNothingForIsNumaAndSaysWhy) {
    const auto bare = machine_of({4, 4});
    EXPECT_EQ(fallback(bare, "by:gpu"), "by:gpu: the step has no GPU (ask for one with --gpus or "
                                        "--gres); by:numa is used");
    EXPECT_EQ(fallback(bare, "by:nic"), "by:nic: the node shows no EFA interface; by:numa is used");
    EXPECT_EQ(fallback(bare, "by:l3"),
              "by:l3: the node shows no last-level cache; by:numa is used");
    EXPECT_EQ(fallback(recorded("p5.48xlarge"), "by:gpu").substr(0, 30),
              "by:gpu: the step has no GPU (a");
}

TEST(Resolve, APolicyThatTheNodeHasSomethingForIsTaken) {
    auto machine = with_caches(machine_of({4, 4}), 2);
    add_efa(machine, "");
    EXPECT_EQ(resolved(machine, "by:nic"), Policy::Nic);
    EXPECT_EQ(resolved(machine, "by:l3"), Policy::L3);
    EXPECT_EQ(resolved(machine, "by:gpu", {0}), Policy::Gpu);
    for (const auto& [arguments, policy] :
         {std::pair{"by:numa", Policy::Numa}, std::pair{"by:compact", Policy::Compact},
          std::pair{"by:spread", Policy::Spread}, std::pair{"by:none", Policy::None}})
        EXPECT_EQ(resolved(machine, arguments, {0}), policy);
}

TEST(Resolve, ThePlanCarriesTheWarning) {
    const auto machine = machine_of({4, 4});
    const auto made = plan(machine, input_of(machine, "by:nic"));
    ASSERT_TRUE(test::succeeds(made));
    EXPECT_EQ(made->asked, Policy::Nic);
    EXPECT_EQ(made->used, Policy::Numa);
    ASSERT_EQ(made->warnings.size(), 1u);
    EXPECT_TRUE(made->warnings[0].starts_with("by:nic:"));
}

TEST(Layout, SharesWhatThereIs) {
    const auto machine = machine_of({4, 4});
    const auto layout = laid_out(machine, input_of(machine, "", 4));
    EXPECT_EQ(layout.width, 2u);
    EXPECT_EQ(layout.domains.size(), 2u);
    EXPECT_FALSE(layout.shared || layout.crossing || layout.threads);
    EXPECT_EQ(layout.cut_from, 0u);
}

TEST(Layout, CpusPerTaskAreTakenAtTheirWord) {
    const auto machine = machine_of({4, 4});
    EXPECT_EQ(laid_out(machine, input_of(machine, "", 2, 1)).width, 1u);
    EXPECT_EQ(laid_out(machine, input_of(machine, "", 2, 4)).width, 4u);
    const auto across = laid_out(machine, input_of(machine, "", 1, 6));
    EXPECT_EQ(across.width, 6u);
    EXPECT_TRUE(across.crossing);
}

TEST(Layout, MoreCpusPerTaskThanFitAreCut) {
    const auto machine = machine_of({4, 4});
    const auto layout = laid_out(machine, input_of(machine, "", 4, 3));
    EXPECT_EQ(layout.width, 2u);
    EXPECT_EQ(layout.cut_from, 3u);
    EXPECT_FALSE(layout.crossing);
}

TEST(Layout, MoreRanksThanCpusShare) {
    const auto machine = machine_of({2, 2});
    const auto layout = laid_out(machine, input_of(machine, "", 5));
    EXPECT_TRUE(layout.shared);
    EXPECT_EQ(layout.width, 1u);
    EXPECT_EQ(layout.cut_from, 0u);
    EXPECT_EQ(laid_out(machine, input_of(machine, "", 5, 2)).cut_from, 2u);
}

TEST(Layout, ThreadsAreSlotsOnceCoresRunOut) {
    const auto machine = machine_of({2, 2}, 2);
    EXPECT_FALSE(laid_out(machine, input_of(machine, "", 4)).threads);
    const auto five = laid_out(machine, input_of(machine, "", 5));
    EXPECT_TRUE(five.threads);
    EXPECT_EQ(slot_count(five.domains), 8u);
    EXPECT_TRUE(laid_out(machine, input_of(machine, "", 2, 3)).threads);
}

TEST(Layout, SmtSaysHowManyThreadsOfACore) {
    const auto machine = machine_of({2, 2}, 2);
    const auto one = laid_out(machine, input_of(machine, "smt:1", 8));
    EXPECT_EQ(slot_count(one.domains), 4u);
    EXPECT_TRUE(one.shared);
    EXPECT_FALSE(one.threads);
    const auto two = laid_out(machine, input_of(machine, "smt:2", 2));
    EXPECT_EQ(slot_count(two.domains), 8u);
    EXPECT_EQ(two.width, 4u);
    EXPECT_TRUE(two.threads);
    EXPECT_EQ(slot_count(laid_out(machine, input_of(machine, "smt:9", 2)).domains), 8u);
}

TEST(Layout, ThreadsPerCoreCountsUntilSmtSaysOtherwise) {
    const auto machine = machine_of({2, 2}, 2);
    auto input = input_of(machine, "", 2);
    input.threads_per_core = 2;
    EXPECT_EQ(slot_count(laid_out(machine, input).domains), 8u);
    input.threads_per_core = 1;
    input.ranks.resize(8);
    EXPECT_TRUE(laid_out(machine, input).shared);
    input.request.smt = 2;
    EXPECT_FALSE(laid_out(machine, input).shared);
}

TEST(Layout, ByL3EachCacheIsADomain) {
    const auto machine = with_caches(machine_of({4, 4}), 2);
    const auto layout = laid_out(machine, input_of(machine, "by:l3", 4), Policy::L3);
    EXPECT_EQ(layout.domains.size(), 4u);
    EXPECT_EQ(layout.width, 2u);
    EXPECT_EQ(laid_out(machine, input_of(machine, "by:l3", 3), Policy::L3).width, 2u);
    EXPECT_EQ(laid_out(machine, input_of(machine, "by:l3", 1), Policy::L3).width, 2u);
}

// A rank of three CPUs cannot be inside a cache of two cores, so by:l3 says nothing here.
TEST(Layout, ByL3RanksThatFitNoCacheAreLaidOutByNumaWithAWarning) {
    const auto machine = with_caches(machine_of({4, 4}), 2);
    const auto made = plan(machine, input_of(machine, "by:l3", 2, 3));
    ASSERT_TRUE(test::succeeds(made));
    EXPECT_EQ(made->asked, Policy::L3);
    EXPECT_EQ(made->used, Policy::Numa);
    ASSERT_FALSE(made->warnings.empty());
    EXPECT_EQ(made->warnings[0],
              "by:l3: 3 CPUs a rank do not fit inside one cache; by:numa is used");
    for (const std::string& warning : made->warnings)
        EXPECT_EQ(warning.find("keeps each rank inside one cache"), std::string::npos) << warning;
}

TEST(Layout, ReservedCoresAreNoSlots) {
    const auto machine = machine_of({4, 4});
    const auto made = plan(machine, input_of(machine, "reserve:2", 2));
    ASSERT_TRUE(test::succeeds(made));
    EXPECT_EQ(made->ranks[0].cpus.list(), "1-3");
    EXPECT_EQ(made->ranks[1].cpus.list(), "5-7");
    EXPECT_EQ(made->reserved_cores, 2);
    EXPECT_EQ(made->idle_cores, 0);
}

TEST(Layout, ReserveTakesAllThreadsOfACore) {
    const auto machine = machine_of({2, 2}, 2); // 0,4 1,5 | 2,6 3,7
    const auto made = plan(machine, input_of(machine, "reserve:1,smt:2", 1));
    ASSERT_TRUE(test::succeeds(made));
    EXPECT_FALSE(made->ranks[0].cpus.intersects(cpus("0,4")));
}

TEST(Layout, ReservingAllCoresIsRefused) {
    const auto machine = machine_of({2, 2});
    for (const char* arguments : {"reserve:4", "reserve:5", "reserve:65536"})
        EXPECT_TRUE(fails_with(plan(machine, input_of(machine, arguments)), Code::P206,
                               "leaves no core of the step's CPUs 0-3"));
    EXPECT_TRUE(test::succeeds(plan(machine, input_of(machine, "reserve:3"))));
}

} // namespace pin_layout_test
} // namespace fairlead::pin
