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
    EXPECT_FALSE(request.spread || request.memory_per_gpu);
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
    job->bitflags |= SPREAD_JOB;
    Description::put(job->mem_per_tres, "gres:gpu:4096");
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
    EXPECT_TRUE(request.spread);
    EXPECT_EQ(request.memory_per_gpu, 4096u);
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
    EXPECT_EQ(other.cpus, 24u) << "the tasks need more than min_cpus";
    job->min_cpus = 50;
    EXPECT_EQ(view_submission(*job, 0, callers).cpus, 50u);
}

TEST(JobView, WhatSlurmctldDerivesIsSeen) {
    Description job;
    job->min_nodes = 8;
    job->ntasks_per_node = 64;
    job->min_cpus = 1;
    Description::put(job->tres_per_task, "gres/gpu:1");
    const policy::JobRequest request = view_submission(*job, 0, callers);
    EXPECT_EQ(request.tasks, 512u);
    EXPECT_EQ(request.cpus, 512u);
    EXPECT_EQ(request.tres.at(0).count, 512u);
    const policy::JobRequest update = view_update(*job, 0, callers);
    EXPECT_FALSE(update.tasks || update.most_nodes);
}

TEST(JobView, TasksPerGpuAndSocketsCount) {
    Description job;
    job->num_tasks = 32;
    job->ntasks_per_tres = 4;
    policy::JobRequest request = view_submission(*job, 0, callers);
    EXPECT_EQ(request.tres.at(0).count, 8u);
    EXPECT_FALSE(request.tasks_counted);
    Description::put(job->tres_per_socket, "gres/gpu:1");
    job->sockets_per_node = 2;
    job->min_nodes = job->max_nodes = 3;
    request = view_submission(*job, 0, callers);
    EXPECT_EQ(request.tres.at(0).count, 6u);
    EXPECT_EQ(request.tasks, 24u);
    EXPECT_TRUE(request.tasks_counted);
    const policy::JobRequest update = view_update(*job, 0, callers);
    EXPECT_EQ(update.tres.at(0).count, 6u);
    EXPECT_EQ(update.tasks, 32u);
    EXPECT_EQ(update.tasks_per_gpu, 4u);
}

TEST(JobView, AnUpdateTellsNothingOfWhatItDoesNotName) {
    Description job;
    job->num_tasks = 32;
    Description::put(job->tres_per_node, "gres/gpu:4");
    Description::put(job->array_inx, "5");
    const policy::JobRequest update = view_update(*job, 0, callers);
    EXPECT_FALSE(update.cpus);
    EXPECT_FALSE(update.array_size) << "the throttle";
    EXPECT_TRUE(update.tres.empty());
    job->cpus_per_task = 64;
    job->min_nodes = 16;
    EXPECT_TRUE(view_update(*job, 0, callers).tres.empty()) << "the upper end of -N stays";
    job->max_nodes = 16;
    const policy::JobRequest whole = view_update(*job, 0, callers);
    EXPECT_EQ(whole.cpus, 2048u);
    EXPECT_EQ(whole.tres.at(0).count, 64u);
    EXPECT_FALSE(whole.names_cpus || whole.names_tres || whole.names_cpus_for_a_gpu);
    job->min_cpus = 4;
    for (char** list : {&job->tres_per_job, &job->tres_per_socket, &job->tres_per_task,
                        &job->cpus_per_tres, &job->mem_per_tres})
        Description::put(*list, "");
    const policy::JobRequest all = view_update(*job, 0, callers);
    EXPECT_TRUE(all.names_cpus && all.names_tres && all.names_cpus_for_a_gpu &&
                all.names_memory_for_a_gpu);
}

TEST(JobView, AnUpdateOfAComponentDoesNotSayWhich) {
    Description job; // het_job_offset is 0 in every update of scontrol's
    EXPECT_FALSE(view_update(*job, 0, callers).het_component);
    EXPECT_EQ(view_submission(*job, 0, callers).het_component, 0u);
}

TEST(JobView, ANiceValueOrAPriorityMayEndAHold) {
    Description job;
    EXPECT_FALSE(view_update(*job, 0, callers).release);
    job->priority = 0;
    EXPECT_FALSE(view_update(*job, 0, callers).release);
    job->nice = NICE_OFFSET + 1;
    EXPECT_TRUE(view_update(*job, 0, callers).release);
    job->nice = NO_VAL;
    job->priority = INFINITE;
    EXPECT_TRUE(view_update(*job, 0, callers).release);
}

TEST(JobView, CpusOfANodeAndOfAGpuCount) {
    Description job;
    job->min_cpus = 1;
    job->pn_min_cpus = 96;
    EXPECT_EQ(view_submission(*job, 0, callers).cpus, 96u);
    job->max_nodes = 2;
    EXPECT_EQ(view_submission(*job, 0, callers).cpus, 192u);
    job->pn_min_cpus = NO_VAL16;
    Description::put(job->tres_per_job, "gres:gpu:a100:1");
    Description::put(job->cpus_per_tres, "gres:gpu:90");
    EXPECT_EQ(view_submission(*job, 0, callers).cpus, 90u);
}

TEST(JobView, TheFolderIsWrittenInOneWay) {
    Description job;
    Description::put(job->work_dir, "/fsx/a/..//eu/");
    EXPECT_EQ(view_submission(*job, 0, callers).work_dir, "/fsx/eu");
}

TEST(JobView, WhatIsTooLongIsNotRead) {
    Description job;
    const std::string types = "gpu:a:1";
    std::string list = types;
    while (list.size() <= 1024)
        list += "," + types;
    Description::put(job->tres_per_node, list.c_str());
    for (const policy::JobRequest& request :
         {view_submission(*job, 0, callers), view_update(*job, 0, callers)}) {
        ASSERT_TRUE(request.too_long);
        EXPECT_EQ(request.too_long->name, "tres_per_node");
        EXPECT_TRUE(request.tres.empty());
    }
    Description::put(job->array_inx, std::string(4097, '1').c_str());
    EXPECT_EQ(view_submission(*job, 0, callers).too_long->name, "array");
    Description::put(job->req_nodes, std::string(65537, 'n').c_str());
    EXPECT_EQ(view_submission(*job, 0, callers).too_long->name, "node_list");
    Description::put(job->work_dir, std::string(4097, '/').c_str());
    EXPECT_EQ(view_submission(*job, 0, callers).too_long->name, "work_dir");
}

TEST(JobView, WhatATextIsTooLongForIsCountedAllTheSame) {
    Description job;
    Description::put(job->exc_nodes, std::string(65537, 'n').c_str());
    Description::put(job->array_inx, "0-999");
    Description::put(job->tres_per_node, "gpu:8");
    Description::put(job->account, "BIO");
    const policy::JobRequest request = view_submission(*job, 0, callers);
    ASSERT_TRUE(request.too_long);
    EXPECT_EQ(request.too_long->name, "exclude");
    EXPECT_EQ(request.array_size, 1000u);
    ASSERT_EQ(request.tres.size(), 1u);
    EXPECT_EQ(request.tres[0].count, 8u);
    EXPECT_EQ(request.account, "bio");
}

TEST(JobView, AnArrayThatCannotBeReadIsTheLargest) {
    Description job;
    Description::put(job->array_inx, "1-x");
    EXPECT_EQ(view_submission(*job, 0, callers).array_size, 0xfffffff0u);
    Description::put(job->array_inx, "1%5,2-1000");
    EXPECT_EQ(view_submission(*job, 0, callers).array_size, 1000u);
}

TEST(JobView, NamesThatSlurmFoldsAreInSmallLetters) {
    Description job;
    Description::put(job->account, "CLOSED");
    Description::put(job->qos, "High");
    Description::put(job->wckey, "W");
    const policy::JobRequest request = view_submission(*job, 0, callers);
    EXPECT_EQ(request.account, "closed");
    EXPECT_EQ(request.qos, "high");
    EXPECT_EQ(request.wckey, "w");
}

TEST(JobView, GpusOfAnotherListOrTypeCount) {
    Description job;
    Description::put(job->tres_per_job, "gres:gpu:0");
    EXPECT_TRUE(view_submission(*job, 0, callers).tres.empty());
    Description::put(job->tres_per_node, "gres:gpu:h100:8");
    EXPECT_EQ(view_submission(*job, 0, callers).tres.at(0).count, 8u);
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
    job->min_nodes = job->max_nodes = 2;
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
    EXPECT_EQ(own.groups, (std::vector<Text>{"chem", "gpu"}));
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
    EXPECT_EQ(request.script->view().data(), job->script);
    EXPECT_EQ(request.environment.size(), 1u);
    EXPECT_EQ(request.interactive, false);
}

TEST(JobView, WhatIsStagedComesFromTheUsersEntryAndTheScript) {
    Description job;
    EXPECT_TRUE(view_submission(*job, 5001, callers).submission_id.empty());
    job.spank({"STAGE_REQUESTS=no", "STAGE_REQUEST=1\nin /a:/b"});
    policy::JobRequest request = view_submission(*job, 5001, callers);
    EXPECT_EQ(request.stage_options, "1\nin /a:/b");
    EXPECT_FALSE(request.submission_id.empty());
    EXPECT_NE(request.submission_id, view_submission(*job, 5001, callers).submission_id);
    job.spank({});
    Description::put(job->script, "#!/bin/sh\n#STAGE in src=/a dst=/b\n");
    request = view_submission(*job, 5001, callers);
    EXPECT_FALSE(request.stage_options);
    EXPECT_FALSE(request.submission_id.empty());
}

} // namespace
} // namespace fairlead::jobsubmit
