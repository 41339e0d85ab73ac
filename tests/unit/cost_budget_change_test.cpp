#include "budgets.hpp"

namespace fairlead::cost {
namespace cost_budget_change_test {

using std::chrono::seconds;
using test::Bank;
using test::hours;
using test::noon;
using test::usd;

/// A bank whose snapshot has job 7 of bio, 10 h on one node.
struct Queue : Bank {
    BudgetSnapshot snapshot = test::budget_site();

    explicit Queue(std::uint64_t tasks = 1) {
        LiveJob job{
            .job = 7, .group = 0, .partitions = "hpc", .qos = "low", .size = hours(10).size};
        job.size.array_tasks = tasks;
        job.at_most = usd(10 * static_cast<std::int64_t>(tasks));
        snapshot.jobs = {job};
        for (const std::size_t cap : {0, 2, 3})
            snapshot.caps[cap].used = job.at_most;
        settle();
    }
    void settle() { view = budgets.take(snapshot, settings); }
};

Change time_limit(std::int64_t of_hours) {
    return {.job = 7, .to = {.user = "ben", .size = {.time_limit = std::chrono::hours(of_hours)}}};
}

TEST(BudgetChange, ARaiseCountsWhatItAdds) {
    Queue queue;
    EXPECT_FALSE(queue.ask(time_limit(40)).error);
    EXPECT_EQ(queue.used(0), 40);
    EXPECT_EQ(queue.used(3), 40);
}

TEST(BudgetChange, TheSameAgainCountsOnce) {
    Queue queue;
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(queue.ask(time_limit(40)).error);
    EXPECT_EQ(queue.used(0), 40);
}

TEST(BudgetChange, AnotherOneWaitsForTheSnapshotThatHasTheFirst) {
    Queue queue;
    queue.ask(time_limit(11));
    const Change more_nodes{.job = 7, .to = {.user = "ben", .size = {.least_nodes = 5}}};
    EXPECT_EQ(queue.ask(more_nodes).error->code, Code::C205) << "5 nodes for 11 h, not for 10";
    EXPECT_EQ(queue.used(0), 11);
    queue.snapshot.taken = noon + seconds(2);
    queue.snapshot.jobs[0].size.time_limit = std::chrono::hours(11);
    queue.snapshot.caps[0].used = usd(11);
    queue.settle();
    EXPECT_FALSE(queue.ask(more_nodes, noon + seconds(2)).error);
    EXPECT_EQ(queue.used(0), 55);
}

TEST(BudgetChange, ATaskAfterAnotherWaitsToo) {
    Queue queue(3);
    queue.snapshot.jobs[0].stopped = true;
    queue.settle();
    Change release{.job = 7, .name = "7_1", .tasks = 1, .release = true, .to = {.user = "ben"}};
    EXPECT_FALSE(queue.ask(release).error);
    release.name = "7_2";
    EXPECT_EQ(queue.ask(release).error->code, Code::C205);
    EXPECT_EQ(queue.used(0), 40);
}

TEST(BudgetChange, AQosThatTheGroupMayNotUseAnyMoreIsRefused) {
    Queue queue;
    const Change change{.job = 7, .to = {.user = "ben", .qos = "normal"}};
    EXPECT_FALSE(queue.ask(change).error);
    queue.snapshot.caps[0].used = usd(81);
    queue.settle();
    EXPECT_EQ(queue.ask(change).error->code, Code::C203);
}

TEST(BudgetChange, AJobWhoseNameIsNoNumberCannotBeMadeDearer) {
    Queue queue;
    Change change = time_limit(11);
    change.job = 0;
    change.name = "s3KQ9";
    EXPECT_EQ(queue.ask(change).error->code, Code::C205);
}

TEST(BudgetChange, ATaskOfAnArrayThatHasStartedAltogetherIsFound) {
    Queue queue;
    queue.snapshot.jobs[0].job = 12;
    queue.snapshot.jobs[0].array = 7;
    queue.settle();
    EXPECT_FALSE(queue.ask(time_limit(5)).error);
    EXPECT_FALSE(queue.ask(time_limit(11)).error);
    EXPECT_EQ(queue.used(0), 11);
}

TEST(BudgetChange, WithoutASnapshotNothingIsReleasedWhereJobsAreHeld) {
    Queue queue;
    queue.view = nullptr;
    const Change release{.job = 7, .release = true, .to = {.user = "ben"}};
    EXPECT_FALSE(queue.ask(release).error) << "in grace";
    queue.settings.when_stale = WhenStale::Hold;
    EXPECT_EQ(queue.ask(release).error->code, Code::C204);
}

TEST(BudgetChange, ARaiseBeyondTheBudgetIsRefused) {
    Queue queue;
    const Judged judged = queue.ask(time_limit(101));
    EXPECT_EQ(judged.reaction, Reaction::Reject);
    ASSERT_TRUE(judged.error);
    EXPECT_EQ(judged.error->message, "the change would cost up to $91.00 more, bio has $90.00 "
                                     "until 1 Oct; ask your budget owner");
    EXPECT_EQ(queue.used(0), 10);
}

TEST(BudgetChange, ARaiseNeedsTheQosThatAJobOfThatCostNeeds) {
    Queue queue;
    queue.snapshot.jobs[0].qos = "normal";
    queue.settle();
    EXPECT_EQ(queue.ask(time_limit(81)).error->code, Code::C203);
    Change change = time_limit(81);
    change.to.qos = "low";
    EXPECT_FALSE(queue.ask(change).error);
}

/// slurmctld asks before it looks whose job it is.
TEST(BudgetChange, ARaiseOfAnothersJobIsJudgedAndKeepsNothing) {
    Queue queue;
    queue.snapshot.jobs[0].user = "ada";
    queue.settle();
    EXPECT_FALSE(queue.ask(time_limit(40)).hold);
    EXPECT_EQ(queue.used(0), 10);
    EXPECT_EQ(queue.ask(time_limit(101)).error->code, Code::C202);
    Change own = time_limit(40);
    own.to.user = "ada";
    EXPECT_TRUE(queue.ask(own).hold);
    EXPECT_EQ(queue.used(0), 40);
}

TEST(BudgetChange, AnOperatorsRaiseIsKept) {
    Queue queue;
    queue.snapshot.jobs[0].user = "ada";
    queue.settle();
    Change raise = time_limit(40);
    raise.to.user = "root";
    raise.to.exempt = true;
    EXPECT_TRUE(queue.ask(raise).hold);
    EXPECT_EQ(queue.used(0), 40);
}

TEST(BudgetChange, AnAccountThatTheUserMayNotNameCountsNothingThere) {
    Queue queue;
    queue.snapshot.jobs[0].user = "ben";
    queue.snapshot.members = {{"bio", {"ben"}}, {"cfd", {"ada"}}};
    queue.settle();
    const Change change{.job = 7, .to = {.user = "ben", .account = "cfd"}};
    EXPECT_FALSE(queue.ask(change).hold);
    EXPECT_EQ(queue.used(1), 0);
    queue.snapshot.members[1].users = {"ada", "ben"};
    queue.settle();
    EXPECT_TRUE(queue.ask(change).hold);
    EXPECT_EQ(queue.used(1), 10);
}

TEST(BudgetChange, MoreCpusAreMoreNodesWithoutANumberOfThem) {
    Queue queue;
    queue.snapshot.partitions[0].cpus = 96;
    queue.snapshot.jobs[0].size = {.time_limit = std::chrono::hours(10)};
    queue.settle();
    const Change change{.job = 7, .to = {.user = "ben", .size = {.cpus = 97}}};
    EXPECT_FALSE(queue.ask(change).error);
    EXPECT_EQ(queue.used(0), 20);
}

TEST(BudgetChange, ACutAsksNobody) {
    Queue queue;
    EXPECT_FALSE(queue.ask(time_limit(1)).error);
    EXPECT_EQ(queue.used(0), 10) << "until the accountant sees it";
}

TEST(BudgetChange, WhatChangesNoCostIsNoneOfItsBusiness) {
    Queue queue;
    EXPECT_FALSE(queue.ask(Change{.job = 7, .to = {.user = "ben"}}).error);
    EXPECT_FALSE(queue.ask(Change{.job = 8, .to = {.user = "ben"}}).error) << "nor is a new job's";
}

TEST(BudgetChange, ARaiseOfAJobThatIsNotListedYetComesTooEarly) {
    Queue queue;
    Change change = time_limit(20);
    change.job = 8;
    const Judged judged = queue.ask(change, noon + seconds(18));
    EXPECT_EQ(judged.reaction, Reaction::Reject);
    ASSERT_TRUE(judged.error);
    EXPECT_EQ(judged.error->code, Code::C205);
    EXPECT_NE(judged.error->message.find("try again in 42 s"), std::string::npos)
        << judged.error->message;
    change.to.exempt = true;
    EXPECT_FALSE(queue.ask(change).error);
}

TEST(BudgetChange, MoreNodesAndADearerPartitionAreRaises) {
    Queue queue;
    queue.ask(Change{.job = 7, .to = {.user = "ben", .size = {.least_nodes = 3}}});
    EXPECT_EQ(queue.used(0), 30);
    Queue other;
    other.ask(Change{.job = 7, .to = {.user = "ben", .partitions = "gpu"}});
    EXPECT_EQ(other.used(0), 100);
}

TEST(BudgetChange, AnotherAccountCountsItAllInItsGroup) {
    Queue queue;
    queue.ask(Change{.job = 7, .to = {.user = "ben", .account = "cfd"}});
    EXPECT_EQ(queue.used(1), 10);
}

TEST(BudgetChange, OneTaskOfAnArrayIsOneTask) {
    Queue queue(5);
    Change change = time_limit(11);
    change.tasks = 1;
    queue.ask(change);
    EXPECT_EQ(queue.used(0), 51);
}

TEST(BudgetChange, AllTasksOfAnArrayAreAll) {
    Queue queue(5);
    queue.ask(time_limit(11));
    EXPECT_EQ(queue.used(0), 55);
}

TEST(BudgetChange, ItIsCountedBySnapshotsThatAreTakenAfterIt) {
    Queue queue;
    queue.ask(time_limit(40));
    queue.snapshot.taken = noon + seconds(1);
    queue.settle();
    EXPECT_EQ(queue.used(0), 40) << "the queue was read before";
    queue.snapshot.taken = noon + seconds(2);
    queue.snapshot.caps[0].used = usd(40);
    queue.snapshot.jobs[0].size.time_limit = std::chrono::hours(40);
    queue.settle();
    EXPECT_EQ(queue.used(0), 40);
    queue.ask(time_limit(41));
    EXPECT_EQ(queue.used(0), 41);
}

Change to_partitions(std::string_view partitions) {
    return {.job = 7, .to = {.user = "ben", .partitions = partitions}};
}

TEST(BudgetChange, AMoveToAPartitionWithoutAPriceIsAsTheSiteSays) {
    Queue queue;
    for (const char* partitions : {"new", "hpc,new"}) {
        const Judged judged = queue.ask(to_partitions(partitions));
        EXPECT_EQ(judged.reaction, Reaction::Reject);
        EXPECT_EQ(to_string(judged.error.value()),
                  "partition new has no price, so what the change would cost is not known; tell an "
                  "admin to add its price, or name a partition that has one [FL-C103]");
        EXPECT_EQ(judged.trouble->code, Code::C103);
    }
    Change may = to_partitions("new");
    may.to.user = "ada";
    EXPECT_FALSE(queue.ask(may).error) << "who may exceed the budget";
    queue.settings.when_stale = WhenStale::Open;
    EXPECT_FALSE(queue.ask(to_partitions("new")).error);
    EXPECT_EQ(queue.used(0), 10);
}

TEST(BudgetChange, AJobInAPartitionWithoutAPriceDoesNotGrowUnjudged) {
    const Change more_nodes{.job = 7, .to = {.user = "ben", .size = {.least_nodes = 2}}};
    const Change fewer_a_node{.job = 7, .to = {.user = "ben", .size = {.tasks_per_node = 1}}};
    Change unlimited{.job = 7, .to = {.user = "ben"}};
    unlimited.to.size.unlimited = true;
    for (const char* partitions : {"new", "hpc,new"}) {
        Queue queue;
        queue.snapshot.jobs[0].partitions = partitions;
        queue.settle();
        for (const Change& change : {time_limit(11), more_nodes, fewer_a_node, unlimited}) {
            const Judged judged = queue.ask(change);
            EXPECT_EQ(judged.reaction, Reaction::Reject) << partitions;
            EXPECT_EQ(judged.error.value().code, Code::C103);
        }
        EXPECT_EQ(queue.used(0), 10);
    }
}

TEST(BudgetChange, WhatWasWithoutAPriceBeforeIsNotStoppedForWhatItWas) {
    Queue queue;
    queue.snapshot.jobs[0].partitions = "new";
    queue.settle();
    EXPECT_FALSE(queue.ask(time_limit(5)).error);
    EXPECT_FALSE(queue.ask(time_limit(10)).error) << "it stays as it is";
    queue.settings.grace = usd(400);
    EXPECT_FALSE(queue.ask(time_limit(40)).error) << "small where there is a price";
    queue.snapshot.jobs[0].partitions = "hpc,new";
    queue.settle();
    EXPECT_FALSE(queue.ask(time_limit(40)).error);
    EXPECT_EQ(queue.used(0), 40) << "what is known of it counts";
    queue.settings.grace = usd(1);
    queue.snapshot.jobs[0].stopped = true;
    queue.settle();
    const Change release{.job = 7, .release = true, .to = {.user = "ben"}};
    EXPECT_EQ(queue.ask(release).error->code, Code::C103);
}

TEST(BudgetChange, AJobThatWasStoppedCountsOnceItIsReleased) {
    Queue queue;
    queue.snapshot.jobs[0].stopped = true;
    queue.snapshot.caps[0].used = usd(95);
    queue.settle();
    EXPECT_FALSE(queue.ask(time_limit(40)).error) << "held, it costs nothing";
    Change release{.job = 7, .release = true, .to = {.user = "ben"}};
    EXPECT_EQ(queue.ask(release).reaction, Reaction::Reject);
    EXPECT_EQ(queue.used(0), 95);
    release.to.user = "ada"; // who may exceed it
    EXPECT_FALSE(queue.ask(release).error);
    EXPECT_EQ(queue.used(0), 105);
}

TEST(BudgetChange, WhileNothingIsKnownARaiseWaits) {
    Queue queue;
    const Time later = noon + std::chrono::hours(1);
    EXPECT_EQ(queue.ask(time_limit(11), later).error->code, Code::C204);
    Change unlisted = time_limit(11);
    unlisted.job = 8;
    EXPECT_EQ(queue.ask(unlisted, later).error->code, Code::C204);
    queue.settings.when_stale = WhenStale::Open;
    EXPECT_FALSE(queue.ask(time_limit(11), later).error);
    EXPECT_FALSE(queue.ask(unlisted, later).error);
}

TEST(BudgetChange, ObservedARaiseIsToldAndCounted) {
    Queue queue;
    queue.settings.mode = config::Mode::Observe;
    const Judged judged = queue.ask(time_limit(101));
    EXPECT_FALSE(judged.error);
    EXPECT_TRUE(judged.would_have);
    EXPECT_EQ(queue.used(0), 101);
}

} // namespace cost_budget_change_test
} // namespace fairlead::cost
