// What programs of a site see of the planner is the plan that the plugin makes.
#include "pin/plan.hpp"
#include "source_dir.hpp"
#include "topology/load.hpp"

#include <fairlead/planner.hpp>
#include <gtest/gtest.h>

namespace fairlead {
namespace api_planner_test {

std::filesystem::path recorded(const std::string& type) {
    return test::source_dir() / "tests/fixtures/topologies" / (type + ".xml");
}

api::Machine machine_of(const std::string& type) {
    return api::Machine::from_xml(recorded(type)).value();
}

std::string code_of(const api::Machine& machine, const api::Step& step) {
    const auto plan = api::plan(machine, step);
    return plan ? "" : plan.error().code;
}

TEST(ApiPlanner, AMachineSaysWhatItHas) {
    const api::Machine machine = machine_of("p5.48xlarge");
    EXPECT_EQ(machine.cpus().size(), 192u);
    EXPECT_EQ(machine.efas().size(), 32u);
    EXPECT_EQ(machine.gpus().size(), 8u);
    EXPECT_EQ(machine.gpus().front().name, machine.gpus().front().pci);
    EXPECT_NE(machine.name(), "");
}

TEST(ApiPlanner, AFileThatIsNoTopologyIsAnErrorWithItsCode) {
    const auto machine = api::Machine::from_xml(test::source_dir() / "README.md");
    ASSERT_FALSE(machine);
    EXPECT_EQ(machine.error().code, "FL-P204");
    EXPECT_NE(machine.error().message.find("README.md"), std::string::npos);
}

TEST(ApiPlanner, ThisMachineCanBePlannedFor) {
    const auto machine = api::Machine::here();
    ASSERT_TRUE(machine) << machine.error().message;
    EXPECT_EQ(api::plan(*machine, {.ranks = 1}).value().ranks.size(), 1u);
}

TEST(ApiPlanner, ThePlanIsTheOneOfThePlugin) {
    const auto inside = topology::from_xml(recorded("hpc7a.96xlarge")).value();
    const auto expected = pin::plan(inside, {.step_cpus = inside.cpus,
                                             .ranks = {0, 1, 2, 3, 4, 5},
                                             .cpus_per_task = 8,
                                             .request = pin::parse_request("by:compact").value()});
    const auto plan = api::plan(machine_of("hpc7a.96xlarge"),
                                {.ranks = 6, .pin = "by:compact", .cpus_per_task = 8});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->policy, pin::to_string(expected.value().used));
    ASSERT_EQ(plan->ranks.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
        const pin::RankPlan& rank = expected.value().ranks[i];
        EXPECT_EQ(plan->ranks[i].cpus, rank.cpus.cpus());
        ASSERT_EQ(plan->ranks[i].efas.size(), rank.nics.size());
        EXPECT_EQ(plan->ranks[i].efas.front(),
                  inside.efas[static_cast<std::size_t>(rank.nics.front())].name);
    }
    EXPECT_EQ(plan->idle_cores, expected->idle_cores);
}

TEST(ApiPlanner, ARankSitsInsideTheCpusOfTheStepAndNearItsGpu) {
    const auto plan =
        api::plan(machine_of("p5.48xlarge"), {.ranks = 1, .cpus = {0, 1, 2, 3}, .gpus = {5}});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->ranks.front().gpus, std::vector<int>{5});
    for (const int cpu : plan->ranks.front().cpus)
        EXPECT_LT(cpu, 4);
}

TEST(ApiPlanner, NumbersOutOfBoundsAreRefused) {
    const api::Machine machine = machine_of("hpc7a.96xlarge");
    EXPECT_EQ(code_of(machine, {.ranks = 0}), "FL-X301");
    EXPECT_EQ(code_of(machine, {.ranks = 65537}), "FL-X301");
    EXPECT_EQ(code_of(machine, {.cpus = {-1}}), "FL-X301");
    EXPECT_EQ(code_of(machine, {.cpus = {65536}}), "FL-X301");
    EXPECT_EQ(code_of(machine, {.gpus = {0}}), "FL-X301"); // it has none
    EXPECT_EQ(code_of(machine, {.cpus_per_task = -1}), "FL-X301");
    EXPECT_EQ(code_of(machine, {.threads_per_core = -1}), "FL-X301");
    EXPECT_EQ(code_of(machine, {.cpus = {500}}), "FL-P201");
    EXPECT_EQ(code_of(machine, {}), "");
}

TEST(ApiPlanner, ARequestIsCheckedWithoutAMachine) {
    EXPECT_TRUE(api::check_pin(""));
    EXPECT_TRUE(api::check_pin("by:numa,strict"));
    const auto wrong = api::check_pin("by:nuna");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, "FL-P101");
    EXPECT_NE(wrong.error().message.find("did you mean 'numa'"), std::string::npos);
    EXPECT_EQ(code_of(machine_of("hpc7a.96xlarge"), {.pin = "by:nuna"}), "FL-P101");
}

} // namespace api_planner_test
} // namespace fairlead
