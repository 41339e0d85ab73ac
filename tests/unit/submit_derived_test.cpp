#include "submit/derived.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_derived_test {

using policy::JobRequest;

TEST(SubmitDerived, TasksOfNodes) {
    JobRequest job;
    job.least_nodes = 8;
    job.tasks_per_node = 64;
    derive_counts(job);
    EXPECT_EQ(job.tasks, 512u);
    job.tasks = 3;
    derive_counts(job);
    EXPECT_EQ(job.tasks, 3u);
    EXPECT_FALSE(job.most_nodes);
}

TEST(SubmitDerived, OneNodeAtLeastMayBeMore) {
    JobRequest job;
    job.least_nodes = 1;
    derive_counts(job);
    EXPECT_FALSE(job.most_nodes || job.tasks);
}

TEST(SubmitDerived, CountsNeverOverflow) {
    JobRequest job;
    job.least_nodes = job.tasks_per_node = 0xfffffff0;
    derive_counts(job);
    EXPECT_EQ(job.tasks, 0xfffffff0u);
}

TEST(SubmitDerived, CpusAreAtLeastThoseOfTheTasks) {
    JobRequest job;
    derive_cpus(job);
    EXPECT_FALSE(job.cpus);
    job.cpus = 1;
    job.tasks = 512;
    job.cpus_per_task = 2;
    derive_cpus(job);
    EXPECT_EQ(job.cpus, 1024u);
    job.cpus = 2000;
    derive_cpus(job);
    EXPECT_EQ(job.cpus, 2000u);
    job.cpus = 4;
    job.overcommit = true;
    derive_cpus(job);
    EXPECT_EQ(job.cpus, 4u);
}

TEST(SubmitDerived, AnUpdateTellsCpusFromBothFactors) {
    JobRequest job;
    job.modify = true;
    job.tasks = 32;
    derive_cpus(job);
    EXPECT_FALSE(job.cpus);
    job.cpus_per_task = 64;
    derive_cpus(job);
    EXPECT_EQ(job.cpus, 2048u);
}

TEST(SubmitDerived, CpusOfNodesAndGpusCount) {
    JobRequest job;
    job.cpus = 1;
    job.cpus_per_node = 96;
    derive_cpus_of_parts(job);
    EXPECT_EQ(job.cpus, 96u);
    job.most_nodes = 4;
    derive_cpus_of_parts(job);
    EXPECT_EQ(job.cpus, 384u);
    job = JobRequest{};
    job.cpus_for_a_gpu = 96;
    derive_cpus_of_parts(job);
    EXPECT_FALSE(job.cpus);
    job.tres = {{"gres/gpu", "a100", 8}};
    derive_cpus_of_parts(job);
    EXPECT_EQ(job.cpus, 768u);
    job.cpus_for_a_gpu = std::uint64_t{1} << 40;
    derive_cpus_of_parts(job);
    EXPECT_EQ(job.cpus, std::uint64_t{1} << 40);
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
