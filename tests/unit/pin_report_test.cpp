#include "pin/report.hpp"

#include "machines.hpp"
#include "pin/number_list.hpp"

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
               "efa-pin: ranks per EFA rdmap49s0 2, rdmap161s0 2 (limit 128)",
               "efa-pin: idle cores 0; ranks across NUMA nodes 0; ranks sharing CPUs 0"}));
}

TEST(Report, ShowsAMachineWithoutEfaAndItsWarnings) {
    auto machine = machine_of({1, 1});
    machine.name.clear();
    EXPECT_EQ(report_lines(machine, plan_on(machine, {4, 5, 6}, Policy::Numa)),
              (Lines{"efa-pin: -: 2 cores, 2 NUMA, 0 EFA, 0 GPU; step has CPUs 0-1; policy numa",
                     "efa-pin:  rank  cpus  each  numa  nics  path",
                     "efa-pin:     4  0     1     0     -     -",
                     "efa-pin:     5  0     1     0     -     -",
                     "efa-pin:     6  1     1     1     -     -", "efa-pin: no EFA",
                     "efa-pin: idle cores 0; ranks across NUMA nodes 0; ranks sharing CPUs 2",
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

/// Global ranks of one of `nodes` nodes to which ranks were dealt in turns of `plane`.
std::vector<std::uint32_t> dealt(std::uint32_t nodes, std::uint32_t plane) {
    std::vector<std::uint32_t> ranks;
    for (std::uint32_t local = 0; local < 192; ++local)
        ranks.push_back(local / plane * plane * nodes + local % plane);
    return ranks;
}

Lines report_of(const topology::Machine& machine, std::vector<std::uint32_t> ranks,
                std::string_view arguments) {
    const auto made = plan(machine, {.step_cpus = machine.cpus,
                                     .ranks = std::move(ranks),
                                     .request = parse_request(arguments).value()});
    return made ? report_lines(machine, *made) : Lines{};
}

/// Lines of a terminal of 100 columns; only a warning may need more than one.
std::size_t screen_lines(const Lines& lines) {
    constexpr std::size_t columns = 100;
    std::size_t count = 0;
    for (const std::string& line : lines) {
        EXPECT_TRUE(line.size() <= columns || line.contains("warning:")) << line;
        count += (line.size() + columns - 1) / columns;
    }
    return count;
}

/// A map of interfaces in which no pattern repeats.
const std::string uneven = "nic:map:0/1/1/0/0+1/1/0/0/1/0/1/1/1/0/0/0+1/0+1/1/0/1/1/0/1/0/0/0";

TEST(Report, Of192RanksOnHpc7aFitsAScreen) {
    const auto& machine = recorded("hpc7a.96xlarge");
    for (const char* policy : {"auto", "gpu", "nic", "numa", "l3", "compact", "spread", "none"})
        for (const std::string& nics :
             {std::string("nic:closest"), std::string("nic:all"), std::string("nic:map:0/1"),
              std::string("nic:map:0/0+1/1"), uneven})
            for (const auto& ranks : {dealt(1, 1), dealt(2, 1), dealt(7, 1), dealt(3, 8)}) {
                const auto arguments = fmt::format("by:{},{}", policy, nics);
                const Lines lines = report_of(machine, ranks, arguments);
                EXPECT_GE(lines.size(), 5u) << arguments;
                EXPECT_LE(screen_lines(lines), 24u) << arguments;
            }
}

TEST(Report, RanksThatSitAlikeShareARowAlsoWhereTheyAreNotNeighbours) {
    const auto& machine = recorded("hpc7a.96xlarge");
    const Lines spread = report_of(machine, dealt(1, 1), "by:spread");
    ASSERT_EQ(spread.size(), 8u);
    EXPECT_EQ(spread[2], "efa-pin: 0-188:4  0-47     1     0     rdmap49s0   same NUMA");
    const Lines map = report_of(machine, dealt(1, 1), "nic:map:0/1");
    ASSERT_EQ(map.size(), 8u);
    EXPECT_EQ(map[2], "efa-pin:   0-94:2  0-47     1     0     rdmap49s0   same NUMA");
    const Lines cyclic = report_of(machine, dealt(2, 1), "");
    ASSERT_EQ(cyclic.size(), 8u);
    EXPECT_EQ(cyclic[5], "efa-pin: 288-382:2  144-191  1     3     rdmap161s0  same package");
}

TEST(Report, SixteenRanksHaveARowEach) {
    const auto& machine = recorded("hpc7a.96xlarge");
    const auto rows = [&](std::size_t count) {
        auto ranks = dealt(1, 1);
        ranks.resize(count);
        return report_of(machine, ranks, "by:spread").size();
    };
    EXPECT_EQ(rows(16), 16u + 4u);
    EXPECT_LT(rows(17), 16u);
}

TEST(NumberList, IsRangesAndStrides) {
    EXPECT_EQ(number_list({}), "");
    EXPECT_EQ(number_list({7}), "7");
    EXPECT_EQ(number_list({0, 1, 2, 5}), "0-2,5");
    EXPECT_EQ(number_list({0, 2}), "0,2");
    EXPECT_EQ(number_list({0, 2, 4}), "0-4:2");
    EXPECT_EQ(number_list({0, 1, 8, 9, 16, 17}), "0-17:2/8");
    EXPECT_EQ(number_list({0, 3, 6, 7, 8, 20, 22, 24, 26}), "0,3,6-8,20-26:2");
    EXPECT_EQ(number_list({0, 2, 4, 7, 10, 13}), "0-4:2,7-13:3");
    EXPECT_EQ(number_list({4294967295u}), "4294967295");
}

TEST(NumberList, IsCutWhereAnItemEnds) {
    EXPECT_EQ(shortened("0-1,3,7-8,12", 20, 6), "0-1,3,7-8,12");
    EXPECT_EQ(shortened("0-1,3,7-8,12,15,17-19", 20, 10), "0-1,3,... 10 in all");
    EXPECT_EQ(shortened(std::string(30, 'x'), 20, 1), "... 1 in all");
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
