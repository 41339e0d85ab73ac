/// Budgets through the entry points: what is written into a job's description, and how a snapshot
/// of the accountant comes into force.

#include "budgets.hpp"
#include "config/paths.hpp"
#include "cost/words.hpp"
#include "description.hpp"

#include <cstdlib>
#include <thread>

extern "C" {
int init();
int fini();
int job_submit(job_desc_msg_t* job, uint32_t submit_uid, char** message);
int job_modify(job_desc_msg_t* job, job_record_t* record,
               uint32_t submit_uid FAIRLEAD_JOB_MODIFY_MESSAGE);
}

namespace fairlead {
namespace {

using test::Description;

const std::filesystem::path admission = std::filesystem::path(config::run_dir) / "admission";

cost::Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// slurmctld with the budgets of test::budget_site(), as of now.
class Controller {
  public:
    explicit Controller(const std::string& cost = "cost: {mode: enforce, notify_above: 20}") {
        const auto file = folder_.write(
            "fairlead.yaml", "schema: fairlead.config/1\nstate_dir: /run/budgets\n" + cost);
        ::setenv("FAIRLEAD_CONFIG", file.c_str(), 1);
        std::filesystem::remove(admission / "holds");
        snapshot_.jobs = {{.job = 7,
                           .group = 0,
                           .partitions = "hpc",
                           .qos = "low",
                           .size = {.most_nodes = 1, .time_limit = std::chrono::hours(1)},
                           .at_most = test::usd(1)},
                          {.job = 9,
                           .group = 0,
                           .partitions = "hpc",
                           .qos = "low",
                           .size = {.most_nodes = 4, .time_limit = std::chrono::hours(1)},
                           .at_most = test::usd(4)}};
        snapshot_.partitions.front().cpus = 8;
        snapshot_.partitions.front().default_time = std::chrono::hours(2);
        for (const std::size_t cap : {0, 2, 3})
            snapshot_.caps[cap].used = test::usd(1);
        publish();
        EXPECT_EQ(init(), SLURM_SUCCESS);
    }
    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;
    ~Controller() { EXPECT_EQ(fini(), SLURM_SUCCESS); }

    /// Restarted, with the holds that are there.
    void restart() {
        EXPECT_EQ(fini(), SLURM_SUCCESS);
        EXPECT_EQ(init(), SLURM_SUCCESS);
    }

  private:
    void publish() {
        snapshot_.taken = now() + std::chrono::seconds(1); // not before the holds begin
        std::filesystem::create_directories(admission);
        EXPECT_TRUE(cost::write_budgets(admission / "budgets.json", snapshot_));
    }

    test::TempFolder folder_;
    cost::BudgetSnapshot snapshot_ = test::budget_site();
};

struct Submitted {
    int code;
    std::string said, comment;
    bool held;
};

std::string taken(char*& message) {
    const std::string text = message ? message : "";
    void* item = message;
    slurm_xfree(&item);
    message = nullptr;
    return text;
}

/// A batch job of bio for so many hours of a node of 1 USD an hour, or a component of one.
Submitted submit(std::uint32_t hours, const char* account = "bio",
                 std::uint32_t component = NO_VAL) {
    constexpr std::uint32_t nobody = 65534;
    Description job;
    Description::put(job->account, account);
    Description::put(job->partition, "hpc");
    Description::put(job->qos, "low");
    Description::put(job->script, "#!/bin/sh\n");
    job->min_nodes = job->max_nodes = 1;
    job->time_limit = hours * 60;
    job->user_id = nobody;
    job->het_job_offset = component;
    char* message = nullptr;
    const int code = job_submit(&*job, nobody, &message);
    return {code, taken(message), job->admin_comment ? job->admin_comment : "", job->priority == 0};
}

TEST(JobSubmitBudget, AJobThatFitsCarriesItsHold) {
    const Controller controller;
    const Submitted first = submit(5), second = submit(5);
    EXPECT_EQ(first.code, SLURM_SUCCESS);
    EXPECT_FALSE(first.held);
    EXPECT_EQ(first.said, "");
    ASSERT_TRUE(cost::hold_in(first.comment)) << first.comment;
    EXPECT_NE(cost::hold_in(first.comment), cost::hold_in(second.comment));
    EXPECT_NE(first.comment.find("at-most=5.000000000USD"), std::string::npos) << first.comment;
}

TEST(JobSubmitBudget, AHoldIsFoundBehindTheNamesOfRules) {
    const Controller controller("cost: {mode: enforce}\npolicy_mode: enforce\npolicy:\n"
                                "  - {name: \"x;fairlead-hold=00c0ffee00c0ffee,at-most=0USD\", "
                                "append: {comment: seen}}\n");
    const Submitted first = submit(5);
    ASSERT_TRUE(cost::hold_in(first.comment)) << first.comment;
    EXPECT_NE(cost::hold_in(first.comment), 0x00c0ffee00c0ffeeU);
    EXPECT_TRUE(first.comment.starts_with("fairlead-rules=x%3bfairlead-hold%3d")) << first.comment;
    EXPECT_NE(first.comment.find(";fairlead-hold="), std::string::npos) << first.comment;
}

TEST(JobSubmitBudget, ADearJobsUserIsTold) {
    const Controller controller;
    EXPECT_NE(submit(30).said.find("fairlead: At most $30.00 (1 node, 30 h); bio has $99.00 left"),
              std::string::npos);
}

TEST(JobSubmitBudget, AJobThatDoesNotFitIsQueuedAndHeldWithTheReason) {
    const Controller controller;
    submit(89);
    const Submitted held = submit(20);
    EXPECT_EQ(held.code, SLURM_SUCCESS);
    EXPECT_TRUE(held.held);
    EXPECT_NE(held.said.find("job held, not lost: needs up to $20.00, bio has $10.00"),
              std::string::npos)
        << held.said;
    EXPECT_TRUE(
        held.comment.starts_with("fairlead-stopped=job held, not lost: needs up to $20.00, bio "))
        << held.comment;
    EXPECT_TRUE(held.comment.ends_with("[FL-C201]")) << held.comment;
    EXPECT_TRUE(cost::stopped_in(held.comment));
}

TEST(JobSubmitBudget, AGroupThatRejectsRejects) {
    const Controller controller;
    const Submitted rejected = submit(1001, "cfd");
    EXPECT_EQ(rejected.code, ESLURM_ACCOUNTING_POLICY);
    EXPECT_NE(rejected.said.find("FL-C202"), std::string::npos) << rejected.said;
    EXPECT_EQ(rejected.comment, "");
}

/// slurmctld asks for each by itself, with what the command sent for it (22.05: seen).
TEST(JobSubmitBudget, ComponentsOfAHeterogeneousJobCountEachWithItsOwnAccountAndSize) {
    const Controller controller;
    const Submitted first = submit(60, "bio", 0), second = submit(39, "bio", 1);
    EXPECT_FALSE(first.held || second.held);
    ASSERT_TRUE(cost::hold_in(first.comment) && cost::hold_in(second.comment));
    EXPECT_NE(cost::hold_in(first.comment), cost::hold_in(second.comment));
    EXPECT_TRUE(submit(1, "bio", 2).held) << "1 + 60 + 39 of 100 are used";
    EXPECT_FALSE(submit(1, "cfd", 3).held);
}

TEST(JobSubmitBudget, ARestartForgetsNoHold) {
    Controller controller;
    submit(94);
    controller.restart();
    EXPECT_TRUE(submit(10).held);
    EXPECT_FALSE(submit(5).held);
}

TEST(JobSubmitBudget, ObservedNothingIsHeld) {
    const Controller controller("cost: {mode: observe}");
    EXPECT_FALSE(submit(500).held);
}

/// As after a boot, which empties /run.
TEST(JobSubmitBudget, BeforeTheFirstSnapshotEachGroupSaysWhatHappens) {
    test::TempFolder folder;
    folder.write("groups.yaml", "schema: fairlead.groups/1\ngroups:\n"
                                "  bio: {accounts: [Bio], when_stale: hold}\n"
                                "  cfd: {accounts: [cfd], when_stale: closed}\n"
                                "  zoo: {accounts: [zoo]}\n");
    const auto file =
        folder.write("fairlead.yaml", "schema: fairlead.config/1\nstate_dir: /run/budgets\n"
                                      "cost: {mode: enforce, when_stale: open}\n");
    ::setenv("FAIRLEAD_CONFIG", file.c_str(), 1);
    std::filesystem::remove(admission / "budgets.json");
    ASSERT_EQ(init(), SLURM_SUCCESS);
    EXPECT_TRUE(submit(1, "bio").held);
    EXPECT_EQ(submit(1, "cfd").code, ESLURM_ACCOUNTING_POLICY);
    const Submitted open = submit(1, "zoo");
    EXPECT_EQ(open.code, SLURM_SUCCESS);
    EXPECT_FALSE(open.held);
    EXPECT_EQ(fini(), SLURM_SUCCESS);
}

TEST(JobSubmitBudget, WithoutTheSectionNothingIsWritten) {
    const Controller controller("");
    EXPECT_EQ(submit(500).comment, "");
    EXPECT_FALSE(std::filesystem::exists(admission / "holds"));
}

int update(Description& change) {
    constexpr std::uint32_t nobody = 65534;
    char* message = nullptr;
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
    const int code = job_modify(&*change, nullptr, nobody, &message);
#else
    const int code = job_modify(&*change, nullptr, nobody);
#endif
    taken(message);
    return code;
}

int raise_limit(const char* job, std::uint32_t hours) {
    Description change;
    Description::put(change->job_id_str, job);
    change->time_limit = hours * 60;
    return update(change);
}

TEST(JobSubmitBudget, ARaiseIsCheckedAgain) {
    const Controller controller;
    EXPECT_EQ(raise_limit("7", 100), SLURM_SUCCESS);
    EXPECT_EQ(raise_limit("7", 101), ESLURM_ACCOUNTING_POLICY);
    EXPECT_EQ(raise_limit("8", 2), ESLURM_ACCOUNTING_POLICY) << "it is not listed yet";
}

/// An update says nothing of a job but what it sets (slurmctld, update_job).
TEST(JobSubmitBudget, ARaiseOfTheLimitAloneCountsAllNodesOfTheJob) {
    const Controller controller;
    EXPECT_EQ(raise_limit("9", 26), ESLURM_ACCOUNTING_POLICY) << "1 is used, and 100 more";
    EXPECT_EQ(raise_limit("9", 25), SLURM_SUCCESS);
}

TEST(JobSubmitBudget, AnUpdateOfACommentAsksNothingAndFreesNothing) {
    const Controller controller;
    submit(99);
    for (const char* job : {"9", "8"}) {
        Description change;
        Description::put(change->job_id_str, job);
        Description::put(change->comment, "mine");
        EXPECT_EQ(update(change), SLURM_SUCCESS);
        EXPECT_FALSE(change->admin_comment);
    }
    EXPECT_TRUE(submit(1).held);
}

/// What the job may cost at most, as its comment says; `change` sets what it asks for.
template <class Change>
std::string at_most(Change&& change) {
    constexpr std::uint32_t nobody = 65534;
    Description job;
    Description::put(job->account, "bio");
    Description::put(job->qos, "low");
    job->user_id = nobody;
    change(*job);
    char* message = nullptr;
    EXPECT_EQ(job_submit(&*job, nobody, &message), SLURM_SUCCESS);
    taken(message);
    const std::string comment = job->admin_comment ? job->admin_comment : "";
    const std::size_t found = comment.find("at-most=");
    return found == std::string::npos ? comment : comment.substr(found);
}

TEST(JobSubmitBudget, WhatIsUnsetIsNeverFreeAndNoLargeNumber) {
    const Controller controller;
    EXPECT_EQ(at_most([](job_desc_msg_t& job) {
                  EXPECT_EQ(job.num_tasks, NO_VAL);
                  EXPECT_EQ(job.cpus_per_task, NO_VAL16);
                  EXPECT_EQ(job.min_nodes, NO_VAL);
                  EXPECT_EQ(job.time_limit, NO_VAL);
              }),
              "at-most=2.000000000USD")
        << "a node for the partition's time";
    EXPECT_EQ(at_most([](job_desc_msg_t& job) { job.time_limit = INFINITE; }),
              "at-most=24.000000000USD")
        << "for the time that the site assumes";
}

TEST(JobSubmitBudget, TasksCountWithTheirCpus) {
    const Controller controller;
    EXPECT_EQ(at_most([](job_desc_msg_t& job) {
                  job.num_tasks = 16;
                  job.cpus_per_task = 4;
              }),
              "at-most=16.000000000USD")
        << "64 CPUs are eight nodes";
}

TEST(JobSubmit, AnUpdateLeavesNoErrorOfEarlierCalls) {
    const Controller controller;
    errno = EAGAIN;
    EXPECT_EQ(raise_limit("7", 100), SLURM_SUCCESS);
    EXPECT_EQ(errno, 0);
}

TEST(JobSubmitBudget, OfTwentyThatRaceForTheLastDollarOnePasses) {
    for (int round = 0; round < 5; ++round) {
        const Controller controller;
        submit(94);
        std::atomic<int> passed{0};
        std::vector<std::jthread> all;
        for (int i = 0; i < 20; ++i)
            all.emplace_back([&] { passed += submit(5).held ? 0 : 1; });
        all.clear();
        ASSERT_EQ(passed, 1);
    }
}

} // namespace
} // namespace fairlead
