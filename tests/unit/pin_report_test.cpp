#include "pin/report.hpp"

#include "machines.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <vector>

namespace fairlead::pin {
namespace pin_report_test {

using test::cpus;
using test::machine_of;
using test::recorded;
using Json = nlohmann::json;
using Lines = std::vector<std::string>;

Plan plan_on(const topology::Machine& machine, std::vector<std::uint32_t> ranks,
             Policy policy = Policy::Auto) {
    return plan(machine, {.step_cpus = machine.cpus,
                          .ranks = std::move(ranks),
                          .request = {.policy = policy}})
        .value();
}

TEST(Report, ShowsHpc7aWithFourRanks) {
    const auto& machine = recorded("hpc7a.96xlarge");
    EXPECT_EQ(
        report_lines(machine, plan_on(machine, {0, 1, 2, 3})),
        (Lines{"efa-pin: hpc7a.96xlarge: 192 cores, 4 NUMA, 2 EFA, 0 GPU; step has CPUs 0-191; "
               "policy auto -> nic",
               "efa-pin:  rank  cpus     each  numa  nics        path",
               "efa-pin:     0  0-47     48    0     rdmap49s0   same NUMA",
               "efa-pin:     1  48-95    48    1     rdmap49s0   same package",
               "efa-pin:     2  96-143   48    2     rdmap161s0  same NUMA",
               "efa-pin:     3  144-191  48    3     rdmap161s0  same package",
               "efa-pin: ranks per EFA rdmap49s0 2, rdmap161s0 2 (limit 128); idle cores 0; "
               "ranks across NUMA nodes 0; ranks sharing CPUs 0"}));
}

TEST(Report, ShowsAMachineWithoutEfaAndItsWarnings) {
    auto machine = machine_of({1, 1});
    machine.name.clear();
    EXPECT_EQ(
        report_lines(machine, plan_on(machine, {4, 5, 6}, Policy::Numa)),
        (Lines{"efa-pin: -: 2 cores, 2 NUMA, 0 EFA, 0 GPU; step has CPUs 0-1; policy numa",
               "efa-pin:  rank  cpus  each  numa  nics  path",
               "efa-pin:     4  0     1     0     -     -",
               "efa-pin:     5  0     1     0     -     -",
               "efa-pin:     6  1     1     1     -     -",
               "efa-pin: no EFA; idle cores 0; ranks across NUMA nodes 0; ranks sharing CPUs 2",
               "efa-pin: warning: 2 ranks share CPUs: 2 CPUs for 3 ranks; use fewer "
               "ranks or ask for more CPUs"}));
}

TEST(Report, ThePathIsThatOfTheFarthestPair) {
    auto machine = machine_of({2, 2});
    test::add_efa(machine, "0-1");
    const auto across =
        plan(machine, {.step_cpus = machine.cpus, .ranks = {0}, .cpus_per_task = 4});
    EXPECT_TRUE(report_lines(machine, *across)[2].ends_with("other package"));
    EXPECT_TRUE(report_lines(machine, plan_on(machine, {0}, Policy::None))[2].ends_with("unknown"));
}

TEST(Report, EveryLineCanBeGrepped) {
    const auto& machine = recorded("p5.48xlarge");
    for (const std::string& line : report_lines(machine, plan_on(machine, {0, 1, 2}))) {
        EXPECT_TRUE(line.starts_with("efa-pin: ")) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    }
}

TEST(ReportJson, NamesItsSchemaAndTheMachine) {
    const auto& machine = recorded("hpc7a.96xlarge");
    const std::string text = report_json(machine, plan_on(machine, {0, 1, 2, 3}));
    EXPECT_TRUE(text.ends_with("}\n"));
    const auto json = Json::parse(text);
    EXPECT_EQ(json.at("schema"), "fairlead.pin/1");
    EXPECT_EQ(json.at("machine"), "hpc7a.96xlarge");
    EXPECT_EQ(json.at("policy"), "nic");
    EXPECT_EQ(json.at("policy_asked"), "auto");
    EXPECT_EQ(json.at("step_cpus"), "0-191");
    EXPECT_TRUE(json.at("warnings").empty());
}

TEST(ReportJson, HasARowForEachRank) {
    const auto& machine = recorded("hpc7a.96xlarge");
    const auto json = Json::parse(report_json(machine, plan_on(machine, {8, 9, 10, 11})));
    ASSERT_EQ(json.at("ranks").size(), 4u);
    EXPECT_EQ(json["ranks"][2], (Json{{"rank", 10},
                                      {"cpus", "96-143"},
                                      {"numa", {2}},
                                      {"gpus", Json::array()},
                                      {"nics", {"rdmap161s0"}},
                                      {"nic_path", "same NUMA"},
                                      {"crosses_numa", false}}));
}

TEST(ReportJson, SummarisesWhatTheLinesSay) {
    auto machine = machine_of({3, 3});
    test::add_efa(machine, "0-2");
    const auto made = plan(machine, {.step_cpus = machine.cpus,
                                     .ranks = {0, 1, 2},
                                     .cpus_per_task = 2,
                                     .request = {.policy = Policy::Numa},
                                     .warnings = {"first"}})
                          .value();
    const auto json = Json::parse(report_json(machine, made));
    EXPECT_EQ(json.at("summary"), (Json{{"ranks_per_nic", {{"efa0", 3}}},
                                        {"ranks_per_nic_limit", 128},
                                        {"idle_cores", 0},
                                        {"reserved_cores", 0},
                                        {"crosses_numa", 1},
                                        {"overlapping_ranks", 0}}));
    EXPECT_EQ(json["ranks"][1]["crosses_numa"], true);
    EXPECT_EQ(json["warnings"][0], "first");
}

// nlohmann refuses to write what is not UTF-8 unless told to replace it.
TEST(ReportJson, ANameThatIsNotUtf8IsReplacedAndNoException) {
    auto machine = machine_of({1});
    machine.name = "\xff";
    EXPECT_TRUE(Json::accept(report_json(machine, plan_on(machine, {0}))));
}

} // namespace pin_report_test
} // namespace fairlead::pin
