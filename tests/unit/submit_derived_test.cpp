#include "submit/derived.hpp"

#include "policy/sizes.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_derived_test {

using policy::JobRequest;

/// A submission as it is seen with these lists of generic resources.
JobRequest derived(JobRequest job, const TresLists& lists = {}) {
    derive_tasks(job);
    derive_resources(job, lists);
    derive_cpus(job);
    return job;
}

std::string gpus_of(const JobRequest& job) {
    std::string all;
    for (const policy::Tres& tres : job.tres)
        all += fmt::format("{} {}..{};", tres.name, tres.least, tres.count);
    return all;
}

TEST(SubmitDerived, TasksOfNodes) {
    JobRequest job;
    job.least_nodes = 8;
    job.tasks_per_node = 64;
    EXPECT_EQ(derived(job).tasks, 512u);
    job.tasks = 3;
    EXPECT_EQ(derived(job).tasks, 3u);
    EXPECT_FALSE(derived(job).most_nodes);
}

TEST(SubmitDerived, OneNodeAtLeastMayBeMore) {
    JobRequest job;
    job.least_nodes = 1;
    derive_tasks(job);
    EXPECT_FALSE(job.most_nodes || job.tasks);
}

TEST(SubmitDerived, ARangeOfNodesMayHaveMoreTasksAndCpus) {
    JobRequest job;
    job.least_nodes = 1;
    job.most_nodes = 16;
    job.tasks_per_node = 8;
    job.cpus_per_task = 2;
    job.cpus = 2;
    JobRequest seen = derived(job, {.node = "gpu:4", .task = "nic:1"});
    EXPECT_EQ(seen.tasks, 128u);
    EXPECT_EQ(seen.least_tasks, 8u);
    EXPECT_EQ(seen.cpus, 256u);
    EXPECT_EQ(seen.least_cpus, 16u);
    EXPECT_EQ(gpus_of(seen), "gres/gpu 4..64;gres/nic 8..128;");
    EXPECT_EQ(policy::cpus_for_each_gpu(seen), 4u) << "whatever the nodes";
    EXPECT_TRUE(seen.tasks_counted);
    job.tasks = 10;
    EXPECT_EQ(derived(job).tasks, 10u) << "-n says how many run";
    EXPECT_EQ(derived(job).cpus, 256u) << "but each node gives the CPUs of eight";
    EXPECT_FALSE(derived(job).tasks_counted);
    job.tasks.reset();
    job.cpus_per_task.reset();
    job.tasks_per_node.reset();
    job.most_nodes = 16;
    job.cpus_per_node = 6;
    EXPECT_EQ(derived(job).cpus, 96u);
    EXPECT_EQ(derived(job).least_cpus, 6u);
}

TEST(SubmitDerived, CountsNeverOverflow) {
    JobRequest job;
    job.least_nodes = job.tasks_per_node = 0xfffffff0;
    job.cpus_per_task = job.cpus_per_node = job.sockets_per_node = 0xfff0;
    job.overcommit = true;
    job.cpus = 0xfffffff0;
    EXPECT_EQ(derived(job).tasks, 0xfffffff0u);
    EXPECT_EQ(derived(job).cpus, std::uint64_t{1} << 40);
}

TEST(SubmitDerived, TasksOfGpus) {
    JobRequest job;
    job.tasks_per_gpu = 4;
    job.cpus_per_task = 2;
    JobRequest seen = derived(job, {.job = "gpu:a100:3,gpu:h100:1"});
    EXPECT_EQ(seen.tasks, 16u);
    EXPECT_EQ(seen.cpus, 32u);
    job.least_nodes = 1;
    job.most_nodes = 4;
    seen = derived(job, {.node = "gpu:8"});
    EXPECT_EQ(seen.least_tasks, 32u);
    EXPECT_EQ(seen.tasks, 128u);
    EXPECT_EQ(seen.cpus, 256u);
    job.tasks = 1000; // slurmctld counts them anew
    EXPECT_EQ(derived(job, {.node = "gpu:8"}).tasks, 128u);
    job = JobRequest{};
    job.tasks_per_gpu = 16;
    EXPECT_EQ(derived(job, {.node = "gpu"}).tasks, 16u);
    job.least_nodes = 1;
    EXPECT_EQ(derived(job, {.node = "gpu"}).tasks, 16u) << "says no more";
}

TEST(SubmitDerived, GpusOfTasks) {
    JobRequest job;
    job.tasks_per_gpu = 4;
    job.tasks = 32;
    EXPECT_EQ(gpus_of(derived(job)), "gres/gpu 8..8;");
    EXPECT_EQ(gpus_of(derived(job, {.job = "gpu:0", .node = "nic:1"})),
              "gres/nic 1..32;gres/gpu 8..8;");
    job.tasks = 3;
    EXPECT_EQ(gpus_of(derived(job)), "");
    job.tasks.reset();
    job.least_nodes = job.most_nodes = 2;
    EXPECT_EQ(derived(job).tasks, 8u);
    EXPECT_EQ(gpus_of(derived(job)), "gres/gpu 2..2;");
}

TEST(SubmitDerived, CpusAreAtLeastThoseOfTheTasks) {
    JobRequest job;
    EXPECT_FALSE(derived(job).cpus);
    job.cpus = 1;
    job.tasks = 512;
    job.cpus_per_task = 2;
    EXPECT_EQ(derived(job).cpus, 1024u);
    job.cpus = 2000;
    EXPECT_EQ(derived(job).cpus, 2000u);
    job.cpus = 4;
    job.most_nodes = 1;
    job.overcommit = true;
    EXPECT_EQ(derived(job).cpus, 4u);
}

TEST(SubmitDerived, TasksThatShareCpusHaveTheSocketsTheyAskFor) {
    JobRequest job;
    job.least_nodes = job.most_nodes = 2;
    job.cpus = 2;
    job.sockets_per_node = 2;
    job.cores_per_socket = 8;
    job.threads_per_core = 2;
    EXPECT_EQ(derived(job).cpus, 2u);
    job.overcommit = true;
    EXPECT_EQ(derived(job).cpus, 64u);
    job.cpus = 3; // asked for
    EXPECT_EQ(derived(job).cpus, 3u);
}

TEST(SubmitDerived, AnUpdateTellsCpusFromBothFactors) {
    JobRequest job;
    job.modify = true;
    job.tasks = 32;
    derive_cpus_in_update(job);
    EXPECT_FALSE(job.cpus);
    job.cpus_per_task = 64;
    derive_cpus_in_update(job);
    EXPECT_EQ(job.cpus, 2048u);
    job.least_nodes = 64; // slurmctld gives each a task
    derive_cpus_in_update(job);
    EXPECT_EQ(job.cpus, 4096u);
}

TEST(SubmitDerived, CpusOfNodesAndGpusCount) {
    JobRequest job;
    job.cpus = 1;
    job.cpus_per_node = 96;
    EXPECT_EQ(derived(job).cpus, 96u);
    job.most_nodes = 4;
    EXPECT_EQ(derived(job).cpus, 384u);
    job = JobRequest{};
    job.cpus_for_a_gpu = 96;
    EXPECT_FALSE(derived(job).cpus);
    EXPECT_EQ(derived(job, {.job = "gpu:a100:8"}).cpus, 768u);
    job.cpus_for_a_gpu = std::uint64_t{1} << 40;
    EXPECT_EQ(derived(job, {.job = "gpu:a100:8"}).cpus, std::uint64_t{1} << 40);
}

TEST(SubmitDerived, PathsAreWrittenInOneWay) {
    for (const char* path : {"/fsx/eu/x", "/fsx//eu/x", "//fsx/eu/x", "/fsx/a/../eu/x",
                             "/fsx/./eu/x/", "/../fsx/eu/x/.", "///fsx/eu//x//"})
        EXPECT_EQ(normal_path(path), "/fsx/eu/x") << path;
    EXPECT_EQ(normal_path("/"), "/");
    EXPECT_EQ(normal_path("//"), "/");
    EXPECT_TRUE(is_normal_path("/fsx/eu/x"));
    EXPECT_TRUE(is_normal_path("/"));
    for (const char* path : {"//", "/fsx/", "/fsx//eu", "/fsx/../eu", "/fsx/."})
        EXPECT_FALSE(is_normal_path(path)) << path;
}

TEST(SubmitDerived, NamesAreInSmallLetters) {
    JobRequest job;
    job.account = "CLOSED";
    job.qos = "High";
    fold_names(job);
    EXPECT_EQ(job.account, "closed");
    EXPECT_EQ(job.qos, "high");
    EXPECT_FALSE(job.wckey);
}

} // namespace submit_derived_test
} // namespace fairlead::submit
