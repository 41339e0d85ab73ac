#include "jobsubmit/job_view.hpp"

#include "description.hpp"

#include <gtest/gtest.h>

namespace fairlead::jobsubmit {
namespace {

using test::Description;

const state::Callers callers{{0, {"root", {"root"}}}, {5001, {"ada", {"chem", "gpu"}}}};

TEST(JobView, WhatIsUnsetInSlurmIsUnset) {
    Description job;
    job->het_job_offset = NO_VAL; // so do Slurm's commands; the library leaves 0
    const policy::JobRequest request = view_submission(*job, 77, callers);
    EXPECT_FALSE(request.caller_known || request.user || request.submitted_by);
    EXPECT_FALSE(request.partition || request.features || request.least_nodes || request.tasks);
    EXPECT_FALSE(request.cpus || request.memory || request.memory_per_cpu || request.time_limit);
    EXPECT_FALSE(request.begin_time || request.array_size || request.script);
    EXPECT_FALSE(request.het_component);
    EXPECT_FALSE(request.priority || request.nice);
    EXPECT_FALSE(request.exclusive || request.requeue || request.overcommit);
    EXPECT_FALSE(request.contiguous);
    EXPECT_FALSE(request.mail_type);
    EXPECT_TRUE(request.tres.empty() && request.environment.empty() && request.groups.empty());
    EXPECT_EQ(request.interactive, true);
    const policy::JobRequest update = view_update(*job, 5001, callers);
    EXPECT_TRUE(update.modify && update.caller_known);
    EXPECT_EQ(update.user, "ada");
    EXPECT_FALSE(update.interactive || update.requeue || update.exclusive || update.mail_type);
}

TEST(JobView, NumbersAndFlagsAreThoseOfTheOptions) {
    Description job;
    job->min_nodes = 2;
    job->max_nodes = 4;
    job->num_tasks = 8;
    job->cpus_per_task = 3;
    job->time_limit = 90;
    job->time_min = 30;
    job->begin_time = 1796025600;
    job->priority = 0;
    job->nice = NICE_OFFSET + 100;
    job->het_job_offset = 1;
    job->shared = JOB_SHARED_NONE;
    job->requeue = 0;
    job->contiguous = 1;
    job->mail_type = MAIL_JOB_BEGIN | MAIL_JOB_FAIL;
    Description::put(job->array_inx, "0-9,20%4");
    const policy::JobRequest request = view_submission(*job, 0, callers);
    EXPECT_EQ(request.least_nodes, 2u);
    EXPECT_EQ(request.most_nodes, 4u);
    EXPECT_EQ(request.cpus, 24u);
    EXPECT_EQ(request.time_limit, 90u);
    EXPECT_EQ(request.time_min, 30u);
    EXPECT_EQ(request.begin_time, 1796025600u);
    EXPECT_EQ(request.priority, 0u);
    EXPECT_EQ(request.nice, 100u);
    EXPECT_EQ(request.het_component, 1u);
    EXPECT_EQ(request.exclusive, true);
    EXPECT_EQ(request.requeue, false);
    EXPECT_EQ(request.contiguous, true);
    EXPECT_EQ(request.mail_type, "BEGIN,FAIL");
    EXPECT_EQ(request.array_size, 11u);
    job->time_limit = INFINITE;
    job->nice = NICE_OFFSET - 5;
    job->shared = JOB_SHARED_OK;
    job->min_cpus = 5;
    const policy::JobRequest other = view_submission(*job, 0, callers);
    EXPECT_EQ(other.time_limit, policy::unlimited);
    EXPECT_FALSE(other.nice);
    EXPECT_EQ(other.exclusive, false);
    EXPECT_EQ(other.cpus, 5u);
}

TEST(JobView, MemoryIsOfANodeOrOfACpu) {
    Description job;
    job->pn_min_memory = 4096;
    EXPECT_EQ(view_submission(*job, 0, callers).memory, 4096u);
    job->pn_min_memory = 1024 | MEM_PER_CPU;
    policy::JobRequest request = view_submission(*job, 0, callers);
    EXPECT_EQ(request.memory_per_cpu, 1024u);
    EXPECT_FALSE(request.memory);
    for (const std::uint64_t all : {std::uint64_t{0}, std::uint64_t{MEM_PER_CPU}}) {
        job->pn_min_memory = all;
        request = view_submission(*job, 0, callers);
        EXPECT_EQ(request.memory, policy::unlimited);
        EXPECT_FALSE(request.memory_per_cpu);
    }
}

TEST(JobView, GpusAreThoseOfTheWholeJob) {
    Description job;
    job->min_nodes = 2;
    job->num_tasks = 3;
    Description::put(job->tres_per_node, "gres:gpu:a100:4");
    Description::put(job->tres_per_task, "gres/nic:1");
    const policy::JobRequest request = view_submission(*job, 0, callers);
    ASSERT_EQ(request.tres.size(), 2u);
    EXPECT_EQ(request.tres[0].name + ":" + request.tres[0].type, "gres/gpu:a100");
    EXPECT_EQ(request.tres[0].count, 8u);
    EXPECT_EQ(request.tres[1].count, 3u);
}

TEST(JobView, AJobIsItsOwnersWhoeverSubmitsIt) {
    Description job;
    job->user_id = 5001;
    const policy::JobRequest own = view_submission(*job, 5001, callers);
    EXPECT_EQ(own.user, "ada");
    EXPECT_EQ(own.groups, (std::vector<std::string>{"chem", "gpu"}));
    EXPECT_FALSE(own.submitted_by);
    EXPECT_EQ(view_submission(*job, 0, callers).submitted_by, "root");
    EXPECT_FALSE(view_submission(*job, 99, callers).submitted_by) << "not looked up";
}

TEST(JobView, AnEmptyTextIsTakenAwayByAnUpdateAlone) {
    Description job;
    Description::put(job->account, "");
    EXPECT_FALSE(view_submission(*job, 0, callers).account);
    EXPECT_EQ(view_update(*job, 0, callers).account, "");
}

TEST(JobView, AComponentOfABatchJobIsNotInteractive) {
    Description job;
    char one[] = "A=1";
    char* environment[] = {one};
    job->het_job_offset = 1;
    EXPECT_EQ(view_submission(*job, 0, callers).interactive, true);
    job->environment = environment;
    job->env_size = 1;
    EXPECT_EQ(view_submission(*job, 0, callers).interactive, false);
    job->het_job_offset = 0;
    EXPECT_EQ(view_submission(*job, 0, callers).interactive, true);
}

TEST(JobView, ScriptAndEnvironmentAreBorrowed) {
    Description job;
    Description::put(job->script, "#!/bin/sh\n");
    char one[] = "A=1";
    char* environment[] = {one};
    job->environment = environment;
    job->env_size = 1;
    const policy::JobRequest request = view_submission(*job, 0, callers);
    EXPECT_EQ(request.script->data(), job->script);
    EXPECT_EQ(request.environment.size(), 1u);
    EXPECT_EQ(request.interactive, false);
}

} // namespace
} // namespace fairlead::jobsubmit
