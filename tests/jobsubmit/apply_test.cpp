#include "jobsubmit/apply.hpp"

#include "description.hpp"
#include "jobsubmit/job_view.hpp"
#include "policy/decide.hpp"

#include <gtest/gtest.h>

namespace fairlead::jobsubmit {
namespace {

using test::Description;

TEST(Apply, AnEmptyPatchChangesNothing) {
    Description job, untouched;
    Description::put(job->partition, "cpu");
    apply({}, *job);
    EXPECT_STREQ(job->partition, "cpu");
    EXPECT_EQ(job->min_nodes, untouched->min_nodes);
    EXPECT_EQ(job->pn_min_memory, untouched->pn_min_memory);
    EXPECT_EQ(job->priority, untouched->priority);
    EXPECT_EQ(job->alloc_sid, untouched->alloc_sid);
}

TEST(Apply, MemoryOfANodeTakesThatOfGpusAway) {
    policy::JobPatch patch{.features = {}, .switches = {}, .switch_wait = {}, .record = {}};
    patch.memory = 8192;
    Description job, update;
    Description::put(job->mem_per_tres, "gres:gpu:102400");
    apply(patch, *job);
    EXPECT_EQ(job->mem_per_tres, nullptr);
    EXPECT_EQ(job->pn_min_memory, 8192u);
    Description::put(update->job_id_str, "7");
    apply(patch, *update);
    EXPECT_STREQ(update->mem_per_tres, "") << "it takes away what the job had";
}

TEST(Apply, AJobIsHeldUntilItsDataIsThereUnlessItIsHeldAnyway) {
    policy::JobPatch patch{.features = {}, .switches = {}, .switch_wait = {}, .record = {}};
    patch.queued = "fairlead-stage=7;FL-S: held";
    patch.admin_comment = "rule";
    Description free, asked, stopped;
    apply(patch, *free);
    EXPECT_EQ(free->priority, 0u);
    EXPECT_STREQ(free->admin_comment, "rule;fairlead-stage=7;FL-S: held");
    asked->priority = 0; // --hold
    apply(patch, *asked);
    EXPECT_STREQ(asked->admin_comment, "rule");
    patch.hold = true; // a rule, or a budget
    apply(patch, *stopped);
    EXPECT_EQ(stopped->priority, 0u);
    EXPECT_STREQ(stopped->admin_comment, "rule");
}

/// What rules write is what the next plugin, and slurmctld, read of the job.
TEST(Apply, WhatAPatchSetsIsSeenInTheJob) {
    policy::JobPatch patch{.features = "a&b", .switches = 1, .switch_wait = 60, .record = {}};
    patch.partition = "gpu";
    patch.account = "bio";
    patch.qos = "low";
    patch.reservation = "r";
    patch.wckey = "w";
    patch.licenses = "x:2";
    patch.comment = "c";
    patch.admin_comment = "d";
    patch.mail_user = "ada@example.org";
    patch.least_nodes = 2;
    patch.most_nodes = 3;
    patch.tasks = 6;
    patch.cpus_per_task = 4;
    patch.threads_per_core = 1;
    patch.memory = 2048;
    patch.time_limit = 45;
    patch.begin_time = 1796025600;
    patch.exclusive = true;
    patch.requeue = false;
    Description job;
    Description::put(job->partition, "cpu");
    job->pn_min_memory = 1024 | MEM_PER_CPU;
    job->min_cpus = 1;
    apply(patch, *job);
    const policy::JobRequest seen = view_submission(*job, 0, {});
    const policy::JobRequest empty = view_submission(*Description{}, 0, {});
    policy::JobRequest wanted = policy::patched(empty, patch);
    wanted.switches = 1;
    for (const policy::FieldEntry& field : policy::all_fields()) {
        if (!policy::writable(field))
            continue;
        const policy::FieldRef ref{.field = &field};
        EXPECT_EQ(policy::shown({seen, {}}, ref), policy::shown({wanted, {}}, ref)) << field.name;
        EXPECT_NE(policy::shown({seen, {}}, ref), "") << field.name;
    }
    EXPECT_FALSE(seen.memory_per_cpu);
    EXPECT_EQ(seen.cpus, 24u) << "the CPUs follow from the tasks";
    EXPECT_EQ(seen.switches, 1u);
    EXPECT_EQ(seen.switch_wait, 60u);
}

TEST(Apply, UnlimitedIsSlurmsInfiniteAndAllOfTheMemory) {
    policy::JobPatch patch;
    patch.time_limit = policy::unlimited;
    patch.memory = policy::unlimited;
    patch.cpus_per_task = 1'000'000;
    Description job;
    apply(patch, *job);
    EXPECT_EQ(job->time_limit, INFINITE);
    EXPECT_EQ(job->pn_min_memory, 0u);
    EXPECT_EQ(job->cpus_per_task, NO_VAL16 - 1) << "the most that fits, and no unset value";
}

TEST(Apply, AHoldIsAPriorityOfNothing) {
    policy::JobPatch patch;
    patch.hold = true;
    Description job;
    apply(patch, *job);
    EXPECT_EQ(job->priority, 0u);
}

TEST(Apply, ForgedEntriesGoAndTheRecordComes) {
    Description job;
    job.spank(
        {"A=1", "FAIRLEAD_ADMITTED=x", "_SLURM_SPANK_OPTION_fairlead_efa=required", "FAIRLEAD_"});
    EXPECT_TRUE(strip_forged(*job));
    EXPECT_FALSE(strip_forged(*job));
    ASSERT_EQ(job->spank_job_env_size, 2u);
    policy::JobPatch patch;
    patch.record = "{}";
    Description::put(job->admin_comment, "site");
    apply(patch, *job);
    ASSERT_EQ(job->spank_job_env_size, 3u);
    EXPECT_STREQ(job->spank_job_env[2], "FAIRLEAD_ADMITTED={}");
    EXPECT_STREQ(job->admin_comment, "site;{}");
}

TEST(Apply, TheNamesOfRulesStandBehindWhatTheyWrote) {
    policy::JobPatch patch;
    patch.admin_comment = "of bio";
    patch.record = "{}";
    patch.rules = "fairlead-rules=a:00000000";
    Description job, bare;
    apply(patch, *job);
    note(*job, "fairlead-cost=at-most=1USD");
    EXPECT_STREQ(job->admin_comment,
                 "of bio;{};fairlead-rules=a:00000000;fairlead-cost=at-most=1USD");
    note(*bare, "first");
    EXPECT_STREQ(bare->admin_comment, "first");
}

TEST(Apply, WhatIsStagedIsAnEntryAndNoComment) {
    Description job;
    policy::JobPatch patch;
    patch.staging = Text(std::string("{\"schema\":1}"));
    apply(patch, *job);
    ASSERT_EQ(job->spank_job_env_size, 1u);
    EXPECT_STREQ(job->spank_job_env[0], "FAIRLEAD_STAGE={\"schema\":1}");
    EXPECT_EQ(job->admin_comment, nullptr);
    EXPECT_TRUE(strip_forged(*job));
}

} // namespace
} // namespace fairlead::jobsubmit
