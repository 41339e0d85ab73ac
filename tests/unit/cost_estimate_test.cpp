#include "cost/estimate.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <random>

namespace fairlead::cost {
namespace cost_estimate_test {

using std::chrono::hours;
using test::fails_with;
using test::succeeds;

HourlyPrice dollars(std::string_view text) { return read_price(text).value(); }

std::vector<PartitionCost> partitions() {
    return {{.name = "cpu",
             .dearest = dollars("2.15"),
             .cpus = 96,
             .default_time = hours(1),
             .most_time = hours(48)},
            {.name = "gpu", .dearest = dollars("98.32"), .cpus = 192, .gpus = 8},
            {.name = "spot", .dearest = dollars("0.70"), .cpus = 48, .most_time = hours(24)}};
}

std::string said(const std::vector<JobSize>& components) {
    const auto all = partitions();
    const auto result = estimate(components, all, hours(100));
    return result ? sentence(*result) : to_string(result.error());
}

JobSize cpu(std::optional<std::uint64_t> nodes = {}) {
    return {
        .partitions = {"cpu"}, .least_nodes = nodes, .most_nodes = nodes, .time_limit = hours(24)};
}

std::uint64_t nodes_of(const JobSize& job, std::optional<std::uint64_t> cpus,
                       std::optional<std::uint64_t> gpus,
                       std::optional<std::uint64_t> memory_mb = {}) {
    return most_nodes(
        job, {.name = {}, .dearest = {}, .cpus = cpus, .gpus = gpus, .memory_mb = memory_mb});
}

TEST(Estimate, IsNodesTimesLimitTimesPrice) {
    EXPECT_EQ(said({cpu(8)}), "At most $412.80 (8 nodes, 24 h)");
}

TEST(Estimate, TakesTheMostNodesThatAreAllowed) {
    JobSize job = cpu(2);
    job.most_nodes = 8;
    EXPECT_EQ(said({job}), "At most $412.80 (8 nodes, 24 h)");
}

TEST(Estimate, NodesAreThoseThatTheTasksFill) {
    EXPECT_EQ(nodes_of({.tasks = 192}, 96, {}), 2u);
    EXPECT_EQ(nodes_of({.tasks = 193}, 96, {}), 3u);
    EXPECT_EQ(nodes_of({.tasks = 10, .cpus_per_task = 40}, 96, {}), 5u) << "16 CPUs stay free";
    EXPECT_EQ(nodes_of({.tasks = 10, .cpus_per_task = 100}, 96, {}), 10u);
    EXPECT_EQ(nodes_of({.tasks = 10, .tasks_per_node = 4}, 96, {}), 3u);
    EXPECT_EQ(nodes_of({.least_nodes = 4, .tasks = 10}, 96, {}), 4u);
    EXPECT_EQ(nodes_of({.gpus = 20}, 96, 8), 3u);
}

TEST(Estimate, WhereItIsNotKnownWhatANodeHoldsEachTaskMayHaveItsOwn) {
    EXPECT_EQ(nodes_of({.tasks = 10}, {}, {}), 10u);
    EXPECT_EQ(nodes_of({.tasks = 2, .gpus = 20}, 96, {}), 20u);
    EXPECT_EQ(most_nodes({.tasks = 10}, {.name = {}, .dearest = {}, .nodes = 4}), 4u)
        << "no more than there are";
    EXPECT_EQ(most_nodes({.least_nodes = 9}, {.name = {}, .dearest = {}, .nodes = 4}), 9u)
        << "what it asks for";
}

TEST(Estimate, CpusCountWithoutTasks) {
    EXPECT_EQ(nodes_of({.cpus = 193}, 96, {}), 3u);
    EXPECT_EQ(nodes_of({.cpus_per_task = 4, .cpus = 400}, 96, {}), 5u);
    EXPECT_EQ(nodes_of({.tasks = 10, .cpus = 193}, 96, {}), 3u) << "the larger of both";
    EXPECT_EQ(nodes_of({.cpus_per_task = 40, .cpus = 40}, {}, {}), 1u) << "a task is on one node";
}

TEST(Estimate, OneThreadOfACoreLeavesTheOtherToNobody) {
    EXPECT_EQ(nodes_of({.tasks = 96, .threads_per_core = 1}, 96, {}), 2u);
    EXPECT_EQ(nodes_of({.tasks = 96, .threads_per_core = 2}, 96, {}), 1u);
    EXPECT_EQ(nodes_of({.tasks = 2, .threads_per_core = 1}, 1, {}), 2u);
}

TEST(Estimate, NodesThatAreNamedCountBeyondTheirNumber) {
    EXPECT_EQ(nodes_of({.most_nodes = 2, .named_nodes = 4}, 96, {}), 4u);
    EXPECT_EQ(nodes_of({.named_nodes = 4}, 96, {}), 4u);
    EXPECT_EQ(nodes_of({.least_nodes = 6, .named_nodes = 4}, 96, {}), 6u);
}

TEST(Estimate, ASpreadJobHasANodeForEachTask) {
    EXPECT_EQ(nodes_of({.tasks = 10, .spread = true}, 96, {}), 10u);
    EXPECT_EQ(nodes_of({.gpus = 10, .spread = true}, 96, 8), 10u);
    EXPECT_EQ(nodes_of({.most_nodes = 3, .tasks = 10, .spread = true}, 96, {}), 3u);
    EXPECT_EQ(most_nodes({.tasks = 10, .spread = true},
                         {.name = {}, .dearest = {}, .nodes = 4, .cpus = 96}),
              4u);
}

TEST(Estimate, NodesAreThoseThatTheMemoryFills) {
    EXPECT_EQ(nodes_of({.tasks = 96, .memory_mb_a_cpu = 4000}, 96, {}, 192'000), 2u);
    EXPECT_EQ(nodes_of({.tasks = 96, .memory_mb_a_cpu = 2000}, 96, {}, 192'000), 1u);
    EXPECT_EQ(
        nodes_of({.tasks = 10, .cpus_per_task = 4, .memory_mb_a_cpu = 20'000}, 96, {}, 192'000), 5u)
        << "two tasks of 80 GB on a node";
    EXPECT_EQ(nodes_of({.tasks = 3, .memory_mb_a_cpu = 500'000}, 96, {}, 192'000), 3u);
    EXPECT_EQ(nodes_of({.tasks = 3, .memory_mb_a_cpu = 0}, 96, {}, 192'000), 3u) << "all of a node";
    EXPECT_EQ(nodes_of({.tasks = 3, .memory_mb_a_cpu = 500'000}, 96, {}), 3u) << "size not known";
    EXPECT_EQ(nodes_of({.gpus = 8, .memory_mb_a_gpu = 50'000}, 96, 8, 192'000), 3u);
    EXPECT_EQ(nodes_of({.gpus = 8, .memory_mb_a_gpu = 50'000}, 96, 8), 8u) << "size not known";
}

// slurmctld may lay eight tasks on eight nodes between other jobs, and --mem is had on each of
// them.
TEST(Estimate, MemoryOnEachNodeCountsForEachTask) {
    EXPECT_EQ(nodes_of({.tasks = 8, .memory_mb_a_node = 96'000}, 96, {}, 192'000), 4u);
    EXPECT_EQ(nodes_of({.tasks = 8, .memory_mb_a_node = 96'001}, 96, {}, 192'000), 5u);
    EXPECT_EQ(nodes_of({.tasks = 8, .memory_mb_a_node = 1'000}, 96, {}, 192'000), 1u);
    EXPECT_EQ(nodes_of({.tasks = 8, .memory_mb_a_node = 0}, 96, {}, 192'000), 8u) << "all of each";
    EXPECT_EQ(nodes_of({.tasks = 8, .memory_mb_a_node = 500'000}, 96, {}, 192'000), 8u);
    EXPECT_EQ(nodes_of({.tasks = 8, .memory_mb_a_node = 0}, 96, {}), 1u)
        << "where a node's memory is not known, nobody pays for it";
    EXPECT_EQ(nodes_of({.tasks = 8, .memory_mb_a_node = 0}, {}, {}), 8u) << "nothing is known";
    EXPECT_EQ(
        most_nodes(
            {.tasks = 8, .memory_mb_a_node = 0},
            {.name = {}, .dearest = {}, .cpus = 96, .memory_mb = 192'000, .memory_is_free = true}),
        1u)
        << "slurmctld gives memory to no job";
    EXPECT_EQ(nodes_of({.memory_mb_a_node = 192'000}, 96, {}, 192'000), 1u) << "a task is on one";
    EXPECT_EQ(nodes_of({.cpus_per_task = 8, .cpus = 16, .memory_mb_a_node = 0}, 96, {}, 1), 2u);
    EXPECT_EQ(nodes_of({.most_nodes = 2, .tasks = 8, .memory_mb_a_node = 0}, 96, {}, 1), 2u);
    EXPECT_EQ(most_nodes({.tasks = 8, .memory_mb_a_node = 0},
                         {.name = {}, .dearest = {}, .nodes = 3, .cpus = 96, .memory_mb = 1}),
              3u)
        << "no more than there are";
}

/// What a run pays that has so many tasks on each of its nodes, in nodes.
double paid(const std::vector<std::uint64_t>& tasks, std::uint64_t memory, std::uint64_t cpus,
            std::uint64_t node_memory) {
    double nodes = 0;
    for (const std::uint64_t on_one : tasks)
        nodes += std::max(static_cast<double>(on_one) / static_cast<double>(cpus),
                          static_cast<double>(memory) / static_cast<double>(node_memory));
    return nodes;
}

TEST(Estimate, HoweverTasksAreLaidTheyPayNoMore) {
    std::mt19937_64 random(6);
    const auto up_to = [&](std::uint64_t most) { return 1 + random() % most; };
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t cpus = up_to(16), node_memory = up_to(1000), nodes = up_to(12);
        const std::uint64_t memory = up_to(node_memory);
        const std::uint64_t number = up_to(cpus * nodes);
        std::vector<std::uint64_t> tasks(nodes, 0);
        for (std::uint64_t task = 0; task < number; ++task) {
            std::size_t node = random() % nodes;
            while (tasks[node] == cpus)
                node = (node + 1) % nodes;
            ++tasks[node];
        }
        std::erase(tasks, 0);
        const auto most = most_nodes(
            {.tasks = number, .memory_mb_a_node = memory},
            {.name = {}, .dearest = {}, .nodes = nodes, .cpus = cpus, .memory_mb = node_memory});
        EXPECT_LE(paid(tasks, memory, cpus, node_memory), static_cast<double>(most) + 1e-9);
    }
}

// slurm-banking-plugins counts CPUs that are not asked for as none: such a job is free there.
TEST(Estimate, NoJobHasMoreNodesThanItsPartition) {
    const PartitionCost partition{.name = "hpc", .dearest = dollars("7.20"), .nodes = 64};
    EXPECT_EQ(most_nodes({.least_nodes = 1, .most_nodes = 99'999}, partition), 64u);
    EXPECT_EQ(most_nodes({.least_nodes = 1, .most_nodes = 63}, partition), 63u);
    EXPECT_EQ(most_nodes({.least_nodes = 80, .most_nodes = 99}, partition), 80u)
        << "it waits for a partition that has them";
}

TEST(Estimate, WhatIsNotAskedForIsAtLeastOneNode) {
    EXPECT_EQ(nodes_of({}, 96, 8), 1u);
    EXPECT_EQ(nodes_of({.most_nodes = 0, .tasks = 0, .cpus_per_task = 0}, 96, {}), 1u);
    EXPECT_EQ(nodes_of({.least_nodes = 0, .tasks = 0, .tasks_per_node = 0}, 0, 0), 1u);
    EXPECT_EQ(said({{.partitions = {"cpu"}}}), "At most $2.15 (1 node, 1 h)");
}

TEST(Estimate, WithoutALimitThePartitionsCounts) {
    JobSize job{.partitions = {"spot"}};
    EXPECT_EQ(said({job}), "At most $16.80 (1 node, 24 h)");
    job.partitions = {"cpu"};
    job.unlimited = true;
    EXPECT_EQ(said({job}), "At most $103.20 (1 node, 48 h)") << "the default is not for it";
}

TEST(Estimate, AJobThatNoLimitEndsIsEstimatedWithAnAssumptionAndSaysSo) {
    EXPECT_EQ(said({{.partitions = {"gpu"}}}),
              "At most $9,832.00 (1 node, 100 h assumed, for it has no time limit)");
}

TEST(Estimate, TheDearestPartitionOfAListCounts) {
    JobSize job = cpu(1);
    job.partitions = {"spot", "gpu", "cpu"};
    EXPECT_EQ(said({job}), "At most $2,359.68 (1 node, 24 h)");
    job.partitions = {};
    EXPECT_EQ(said({job}), "At most $2,359.68 (1 node, 24 h)") << "none is named";
}

TEST(Estimate, SmallNodesOfACheapPartitionMayBeDearer) {
    auto all = partitions();
    all[2].dearest = dollars("2.00"); // 48 CPUs for 2.00 against 96 for 2.15
    const JobSize job[] = {{.partitions = {"cpu", "spot"}, .tasks = 96, .time_limit = hours(1)}};
    EXPECT_EQ(sentence(*estimate(job, all, hours(1))), "At most $4.00 (2 nodes, 1 h)");
}

TEST(Estimate, EveryArrayTaskCounts) {
    JobSize job = cpu(1);
    job.array_tasks = 100;
    EXPECT_EQ(said({job}), "At most $5,160.00 (1 node, 24 h, 100 array tasks)");
}

TEST(Estimate, ComponentsAddUp) {
    JobSize gpu{.partitions = {"gpu"}, .most_nodes = 2, .time_limit = hours(2)};
    EXPECT_EQ(said({cpu(8), gpu}), "At most $806.08 (10 nodes in 2 components, 24 h)");
}

TEST(Estimate, IsRoundedUpToACent) {
    JobSize job{.partitions = {"spot"}, .time_limit = std::chrono::minutes(1)};
    EXPECT_EQ(said({job}), "At most $0.02 (1 node, 1 min)");
    job.time_limit = std::chrono::minutes(90);
    EXPECT_EQ(said({job}), "At most $1.05 (1 node, 1 h 30 min)");
}

TEST(Estimate, APartitionWithoutAPriceIsAnErrorAndNeverFree) {
    JobSize job = cpu(1);
    job.partitions = {"cpu", "night"};
    EXPECT_EQ(said({job}), "partition night has no price [FL-C103]");
    EXPECT_TRUE(fails_with(estimate(std::vector{cpu(1)}, {}, hours(1)), Code::C103));
}

TEST(Estimate, NeverAddsCurrencies) {
    auto all = partitions();
    all[1].currency = "EUR";
    JobSize gpu{.partitions = {"gpu"}};
    EXPECT_TRUE(
        fails_with(estimate(std::vector{cpu(1), gpu}, all, hours(1)), Code::C103, "USD and EUR"));
    JobSize either{.partitions = {"cpu", "gpu"}};
    EXPECT_TRUE(fails_with(estimate(std::vector{either}, all, hours(1)), Code::C103));
    all.push_back({.name = "empty", .dearest = {}, .nodes = 0});
    for (const auto& order : {std::vector<std::string>{"gpu", "empty"}, {"empty", "gpu"}}) {
        either.partitions = order;
        const auto known = estimate(std::vector{either}, all, hours(1));
        ASSERT_TRUE(known) << "what costs nothing is of any currency";
        EXPECT_EQ(known->currency, "EUR");
        EXPECT_GT(known->at_most.nanos, 0);
    }
}

TEST(Estimate, AnAmountThatDoesNotFitIsAnError) {
    JobSize job = cpu(1'000'000);
    job.array_tasks = 4'000'000;
    EXPECT_TRUE(fails_with(estimate(std::vector{job}, partitions(), hours(1)), Code::C105));
    job.array_tasks = ~0ULL;
    job.most_nodes = ~0ULL;
    EXPECT_TRUE(fails_with(estimate(std::vector{job}, partitions(), hours(1)), Code::C105));
}

} // namespace cost_estimate_test
} // namespace fairlead::cost
