#include "submit/cost_ask.hpp"

#include "submissions.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_cost_ask_test {

policy::JobRequest request() {
    policy::JobRequest job{.partition = Text("hpc"),
                           .features = {},
                           .fabric = config::FabricRequest{},
                           .least_nodes = 2,
                           .most_nodes = 4,
                           .tasks = 64,
                           .tasks_per_node = 16,
                           .switches = {},
                           .switch_wait = {}};
    job.account = Text("bio");
    job.user = Text("ben");
    job.cpus_per_task = 3;
    job.time_limit = 90;
    job.array_size = 5;
    job.memory_per_cpu = 2000;
    job.tres = {{"gres/gpu", "h100", 4}, {"gres/gpu", "a100", 2}, {"gres/shard", "", 9}};
    return job;
}

TEST(CostAsk, TakesOverWhatDecidesTheCost) {
    const auto job = request();
    const cost::JobSize size = size_of(job);
    EXPECT_EQ(size.least_nodes, 2u);
    EXPECT_EQ(size.most_nodes, 4u);
    EXPECT_EQ(size.tasks, 64u);
    EXPECT_EQ(size.tasks_per_node, 16u);
    EXPECT_EQ(size.cpus_per_task, 3u);
    EXPECT_EQ(size.gpus, 6u);
    EXPECT_EQ(size.memory_mb_a_cpu, 2000u);
    EXPECT_EQ(size.time_limit, std::chrono::minutes(90));
    EXPECT_EQ(size.array_tasks, 5u);
    EXPECT_FALSE(size.unlimited);
}

TEST(CostAsk, TakesOverWhatMakesMoreNodes) {
    policy::JobRequest job = request();
    job.cpus = 192;
    job.threads_per_core = 1;
    job.node_list = Text("n[1-6],m1");
    job.memory_per_gpu = 4096;
    job.spread = true;
    const cost::JobSize size = size_of(job);
    EXPECT_EQ(size.cpus, 192u);
    EXPECT_EQ(size.threads_per_core, 1u);
    EXPECT_EQ(size.named_nodes, 7u);
    EXPECT_EQ(size.memory_mb_a_gpu, 4096u);
    EXPECT_FALSE(size.memory_mb_a_node);
    EXPECT_TRUE(size.spread);
    policy::JobPatch patch;
    patch.threads_per_core = 2;
    EXPECT_EQ(ask_of(job, patch).size.threads_per_core, 2u);
}

/// Nodes of 96 CPUs, 8 GPUs and 192 GB that a command line gets at most.
std::uint64_t nodes_for(const std::string& options) {
    const auto submission = read_submission(test::call_of("sbatch " + options + " --wrap true"));
    EXPECT_TRUE(submission) << options;
    return most_nodes(
        size_of(submission->jobs.at(0)),
        {.name = {}, .dearest = {}, .nodes = 50, .cpus = 96, .gpus = 8, .memory_mb = 192'000});
}

TEST(CostAsk, IsAnUpperBoundWhateverTheOptionsAre) {
    EXPECT_EQ(nodes_for("-n 97"), 2u);
    EXPECT_EQ(nodes_for("-n 10 -c 48"), 5u);
    EXPECT_EQ(nodes_for("-n 96 --threads-per-core=1"), 2u);
    EXPECT_EQ(nodes_for("-n 96 --hint=nomultithread"), 2u);
    EXPECT_EQ(nodes_for("-w n[1-4]"), 4u);
    EXPECT_EQ(nodes_for("-n 10 --spread-job"), 10u);
    EXPECT_EQ(nodes_for("--gpus=8 --mem-per-gpu=50000"), 3u);
    EXPECT_EQ(nodes_for("-n 8 --mem=96000"), 4u);
    EXPECT_EQ(nodes_for("-n 8 --mem=0"), 8u);
    EXPECT_EQ(nodes_for("-N 1 -n 8 --mem=0"), 1u);
    EXPECT_EQ(nodes_for("-c 8 --mem=192000"), 1u);
    EXPECT_EQ(nodes_for("-n 32 --ntasks-per-gpu=2"), 2u) << "16 GPUs";
    EXPECT_EQ(nodes_for("--gpus=8 --ntasks-per-gpu=24"), 2u) << "192 tasks";
    EXPECT_EQ(nodes_for("-n 96 --mincpus=4"), 1u) << "as it most likely starts";
}

TEST(CostAsk, WhatIsNotAskedForStaysOut) {
    policy::JobRequest job = request();
    job.time_limit = policy::unlimited;
    job.array_size = {};
    job.most_nodes = {};
    job.tres = {};
    const cost::JobSize size = size_of(job);
    EXPECT_TRUE(size.unlimited);
    EXPECT_FALSE(size.time_limit);
    EXPECT_EQ(size.array_tasks, 1u);
    EXPECT_FALSE(size.most_nodes);
    EXPECT_FALSE(size.gpus);
}

TEST(CostAsk, WhatTheRulesSetGoesFirst) {
    const auto job = request();
    policy::JobPatch patch;
    patch.partition = Text("gpu");
    patch.account = Text("cfd");
    patch.qos = Text("low");
    patch.time_limit = 30;
    patch.most_nodes = 1;
    const cost::Ask ask = ask_of(job, patch);
    EXPECT_EQ(ask.partitions, "gpu");
    EXPECT_EQ(ask.account, "cfd");
    EXPECT_EQ(ask.qos, "low");
    EXPECT_EQ(ask.user, "ben");
    EXPECT_EQ(ask.size.time_limit, std::chrono::minutes(30));
    EXPECT_EQ(ask.size.most_nodes, 1u);
}

TEST(CostAsk, AnUpdateNamesItsJobAndWhichTasks) {
    const auto job = request();
    EXPECT_EQ(change_of("4711", job, {}).job, 4711u);
    EXPECT_EQ(change_of("4711", job, {}).tasks, std::nullopt);
    EXPECT_EQ(change_of("4711_*", job, {}).tasks, std::nullopt);
    EXPECT_EQ(change_of("4711_3", job, {}).tasks, 1u);
    EXPECT_EQ(change_of("4711_[1-5,9]", job, {}).tasks, 6u);
    EXPECT_EQ(change_of("4711_3", job, {}).name, "4711_3");
    EXPECT_EQ(change_of("", job, {}).job, 0u);
    EXPECT_EQ(change_of("s3KQ9", job, {}).job, 0u) << "as 26.05 may name one";
}

} // namespace submit_cost_ask_test
} // namespace fairlead::submit
