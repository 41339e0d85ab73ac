#include "budgets.hpp"

#include <set>
#include <thread>

namespace fairlead::cost {
namespace cost_budget_test {

using test::Bank;
using test::hours;
using test::noon;
using test::usd;

std::string said(const Judged& judged) { return judged.error ? to_string(*judged.error) : "fits"; }

TEST(Budget, AJobThatFitsCountsInAllItsBudgetsUnderANumberOfItsOwn) {
    Bank bank;
    const Judged first = bank.ask(hours(30)), second = bank.ask(hours(20));
    EXPECT_EQ(said(first), "fits");
    ASSERT_TRUE(first.hold && second.hold);
    EXPECT_NE(*first.hold, *second.hold);
    EXPECT_EQ(first.at_most, usd(30));
    EXPECT_EQ(bank.used(0), 50);
    EXPECT_EQ(bank.used(2), 50);
    EXPECT_EQ(bank.used(3), 50);
    EXPECT_EQ(bank.used(1), 0);
}

TEST(Budget, AJobThatDoesNotFitIsHeldWithWhatWouldFitAndCountsNowhere) {
    Bank bank;
    bank.ask(hours(90));
    const Judged judged = bank.ask(hours(20));
    EXPECT_EQ(judged.reaction, Reaction::Hold);
    EXPECT_EQ(said(judged), "job held, not lost: needs up to $20.00, bio has $10.00 until 1 Oct. "
                            "Try --time=10:00:00 or ask your budget owner. [FL-C201]");
    EXPECT_FALSE(judged.hold);
    EXPECT_EQ(bank.used(0), 90);
    EXPECT_EQ(said(bank.ask(hours(10))), "fits");
}

TEST(Budget, WhatFitsToTheCentFits) {
    Bank bank;
    EXPECT_EQ(said(bank.ask(hours(100))), "fits");
    Ask minute = hours(0);
    minute.size.time_limit = std::chrono::minutes(1);
    EXPECT_EQ(bank.ask(minute).reaction, Reaction::Hold);
}

TEST(Budget, AGroupMayBeRejectedInstead) {
    Bank bank;
    const Judged judged = bank.ask(hours(1001, "cfd"));
    EXPECT_EQ(judged.reaction, Reaction::Reject);
    EXPECT_NE(said(judged).find("job rejected: needs up to $1,001.00, cfd has $1,000.00"),
              std::string::npos)
        << said(judged);
    EXPECT_NE(said(judged).find("FL-C202"), std::string::npos);
}

TEST(Budget, TheBudgetAboveHoldsForAllBelowIt) {
    Bank bank;
    EXPECT_EQ(said(bank.ask(hours(950, "cfd"))), "fits");
    const Judged judged = bank.ask(hours(60));
    EXPECT_NE(said(judged).find("north has $50.00"), std::string::npos) << said(judged);
    EXPECT_EQ(bank.used(0), 0) << "what was counted in its own budget is given back";
    EXPECT_EQ(bank.used(2), 950);
}

TEST(Budget, AnAccountOfNoGroupCountsInTheSitesAlone) {
    Bank bank;
    EXPECT_EQ(said(bank.ask(hours(1500, "strangers"))), "fits");
    EXPECT_EQ(bank.used(3), 1500);
    EXPECT_EQ(bank.used(2), 0);
    EXPECT_NE(said(bank.ask(hours(1))).find("the site has $0.00"), std::string::npos);
}

TEST(Budget, WithoutAnAccountTheUsersDefaultOneCounts) {
    Bank bank;
    bank.ask(hours(5, ""));
    EXPECT_EQ(bank.used(0), 5);
}

TEST(Budget, PastAPartOfItAQosIsNeeded) {
    Bank bank;
    bank.ask(hours(79));
    Ask ask = hours(2);
    ask.qos = "normal";
    const Judged judged = bank.ask(ask);
    EXPECT_EQ(judged.reaction, Reaction::Reject);
    EXPECT_NE(said(judged).find("--qos=low"), std::string::npos) << said(judged);
    EXPECT_NE(said(judged).find("FL-C203"), std::string::npos);
    EXPECT_EQ(said(bank.ask(hours(2))), "fits") << "it has the QoS";
}

TEST(Budget, WhoMayExceedItDoesAndCountsAllTheSame) {
    Bank bank;
    Ask ask = hours(150);
    ask.user = "ada";
    EXPECT_EQ(said(bank.ask(ask)), "fits");
    ask.user = "eve";
    ask.exempt = true;
    EXPECT_EQ(said(bank.ask(ask)), "fits");
    EXPECT_EQ(bank.used(0), 300);
}

TEST(Budget, AnArrayCountsEveryTask) {
    Bank bank;
    Ask ask = hours(1);
    ask.size.array_tasks = 101;
    EXPECT_EQ(bank.ask(ask).reaction, Reaction::Hold);
    ask.size.array_tasks = 100;
    EXPECT_EQ(said(bank.ask(ask)), "fits");
}

TEST(Budget, TheDearestOfSeveralPartitionsCounts) {
    Bank bank;
    Ask ask = hours(9);
    ask.partitions = "hpc,gpu";
    EXPECT_EQ(bank.ask(ask).at_most, usd(90));
}

// --- partitions without a price ---

/// What becomes of a job of so many hours for these partitions; a node of the dearest costs 10 USD.
std::string unpriced(WhenStale when, std::string_view partitions, std::int64_t number) {
    Bank bank;
    bank.settings.when_stale = when;
    Ask ask = hours(number);
    ask.partitions = partitions;
    const Judged judged = bank.ask(ask);
    EXPECT_TRUE(judged.trouble) << "it is logged";
    return fmt::format("{} {} {}", to_string(judged.reaction), judged.error ? "stopped" : "passes",
                       bank.used(0));
}

TEST(Budget, OfAJobForAPartitionWithoutAPriceTheSiteSaysWhatHappens) {
    for (const char* partitions : {"new", "new,newer"}) {
        EXPECT_EQ(unpriced(WhenStale::Open, partitions, 9), "note passes 0");
        EXPECT_EQ(unpriced(WhenStale::Grace, partitions, 5), "note passes 0");
        EXPECT_EQ(unpriced(WhenStale::Grace, partitions, 6), "hold stopped 0");
        EXPECT_EQ(unpriced(WhenStale::Hold, partitions, 1), "hold stopped 0");
        EXPECT_EQ(unpriced(WhenStale::Closed, partitions, 1), "reject stopped 0");
    }
}

TEST(Budget, APartitionWithoutAPriceIsNotTheCheapOneOfAList) {
    for (const char* partitions : {"hpc,new", "new,hpc"}) {
        EXPECT_EQ(unpriced(WhenStale::Open, partitions, 9), "note passes 9");
        EXPECT_EQ(unpriced(WhenStale::Grace, partitions, 5), "note passes 5");
        EXPECT_EQ(unpriced(WhenStale::Grace, partitions, 6), "hold stopped 0");
        EXPECT_EQ(unpriced(WhenStale::Hold, partitions, 1), "hold stopped 0");
        EXPECT_EQ(unpriced(WhenStale::Open, partitions, 101), "hold stopped 0")
            << "where it is known it does not fit";
    }
}

TEST(Budget, OfAPartitionWithoutAPriceItsUserAndTheAdminAreTold) {
    Bank bank;
    Ask ask = hours(9);
    ask.partitions = "new";
    Judged judged = bank.ask(ask);
    EXPECT_EQ(said(judged), "partition new has no price, so the job is held, not lost; tell an "
                            "admin to add its price, or name a partition that has one [FL-C103]");
    EXPECT_EQ(judged.trouble->code, Code::C103);
    ask.size.time_limit = std::chrono::hours(1);
    EXPECT_EQ(bank.ask(ask).notice, "partition new has no price, so no budget counts the job; tell "
                                    "an admin to add its price, or name a partition that has one "
                                    "[FL-C103]");
    ask.partitions = "hpc,new";
    EXPECT_NE(bank.ask(ask).notice.find("the budgets count the job as in its other partitions"),
              std::string::npos);
    ask = hours(9);
    ask.partitions = "new";
    ask.user = "ada";
    EXPECT_EQ(said(bank.ask(ask)), "fits") << "who may exceed the budget";
    bank.settings.mode = config::Mode::Observe;
    ask.user = "ben";
    judged = bank.ask(ask);
    EXPECT_EQ(said(judged), "fits");
    EXPECT_EQ(judged.would_have->code, Code::C103);
    EXPECT_EQ(judged.notice, "") << "observed, users are not told";
}

TEST(Budget, AGroupSaysWhatHappensWithoutAPriceAndOneWithoutABudgetLosesNothing) {
    Bank bank;
    BudgetSnapshot site = test::budget_site();
    site.groups[0].when_stale = WhenStale::Closed;
    site.groups.push_back({.name = "free", .accounts = {"free"}});
    bank.view = bank.budgets.take(site, bank.settings);
    Ask ask = hours(1);
    ask.partitions = "new";
    EXPECT_EQ(bank.ask(ask).reaction, Reaction::Reject);
    ask = hours(1000, "free");
    ask.partitions = "new";
    EXPECT_EQ(said(bank.ask(ask)), "fits");
}

TEST(Budget, WhereNoPartitionHasAPriceGraceStopsNothing) {
    Bank bank;
    BudgetSnapshot site = test::budget_site();
    site.partitions.clear();
    bank.view = bank.budgets.take(site, bank.settings);
    EXPECT_EQ(said(bank.ask(hours(5000))), "fits");
    bank.settings.when_stale = WhenStale::Hold;
    EXPECT_EQ(bank.ask(hours(1)).error->code, Code::C103);
}

TEST(Budget, NoEmptyWordInTheListOfPartitionsTakesAJobOutOfTheBudget) {
    for (const char* partitions : {"hpc,", ",hpc", ",,hpc"}) {
        Bank bank;
        Ask ask = hours(9);
        ask.partitions = partitions;
        EXPECT_FALSE(bank.ask(ask).trouble) << partitions;
        EXPECT_EQ(bank.used(0), 9) << partitions;
    }
}

TEST(Budget, ACostThatFitsInNoNumberStopsTheJob) {
    Bank bank;
    Ask ask = hours(24);
    ask.size.most_nodes = 2'000'000'000;
    EXPECT_EQ(bank.ask(ask).reaction, Reaction::Hold);
    EXPECT_EQ(bank.used(0), 0);
}

TEST(Budget, WhatMakesNoNumberCountsNowhere) {
    Bank bank;
    bank.settings.mode = config::Mode::Observe;
    bank.ask(hours(7));
    Ask ask = hours(24);
    ask.size.most_nodes = 2'000'000'000;
    const Judged judged = bank.ask(ask);
    EXPECT_FALSE(judged.hold);
    ASSERT_TRUE(judged.trouble);
    EXPECT_EQ(judged.trouble->code, Code::C105);
    for (const std::size_t cap : {0, 2, 3})
        EXPECT_EQ(bank.used(cap), 7);
}

TEST(Budget, ObservedItStopsNothingAndCountsEverything) {
    Bank bank;
    bank.settings.mode = config::Mode::Observe;
    const Judged judged = bank.ask(hours(101));
    EXPECT_EQ(said(judged), "fits");
    ASSERT_TRUE(judged.would_have);
    EXPECT_EQ(judged.would_have->code, Code::C201);
    EXPECT_EQ(bank.used(0), 101);
    bank.settings.mode = config::Mode::Off;
    bank.ask(hours(1));
    EXPECT_EQ(bank.used(0), 101);
}

TEST(Budget, UsersAreToldWhatADearJobCostsAndWhatIsLeft) {
    Bank bank;
    EXPECT_EQ(bank.ask(hours(10)).notice, "") << "not above the threshold";
    EXPECT_EQ(bank.ask(hours(24)).notice,
              "At most $24.00 (1 node, 24 h); bio has $90.00 left until 1 Oct.");
    EXPECT_EQ(bank.ask(hours(20)).notice,
              "At most $20.00 (1 node, 20 h); bio has $66.00 left until 1 Oct.\n"
              "bio has used more than 50 % of its budget [FL-C206]");
}

TEST(Budget, WhoHasNoBudgetIsToldTheCostAlone) {
    Bank bank;
    BudgetSnapshot site = test::budget_site();
    site.groups = {{.name = "free", .accounts = {"free"}},
                   {.name = "quiet", .accounts = {"quiet"}, .quiet = true}};
    bank.view = bank.budgets.take(site, bank.settings);
    for (const char* account : {"free", "unknown"}) {
        const Judged judged = bank.ask(hours(24, account));
        EXPECT_EQ(judged.notice, "At most $24.00 (1 node, 24 h).") << account;
        EXPECT_EQ(judged.at_most, usd(24));
        EXPECT_FALSE(judged.hold || judged.error);
        EXPECT_EQ(bank.ask(hours(10, account)).notice, "");
    }
    EXPECT_EQ(bank.ask(hours(24, "quiet")).notice, "");
}

// --- snapshots that are old or missing ---

std::string stale(WhenStale when, std::int64_t dollars) {
    Bank bank;
    bank.settings.when_stale = when;
    const Time later = noon + bank.settings.stale_after + std::chrono::seconds(1);
    const Judged judged = bank.ask(hours(dollars), later);
    return fmt::format("{} {}", to_string(judged.reaction), judged.error ? "stopped" : "passes");
}

TEST(Budget, WhileItIsNotKnownWhatIsLeftTheSiteSaysWhatHappens) {
    EXPECT_EQ(stale(WhenStale::Open, 2000), "note passes");
    EXPECT_EQ(stale(WhenStale::Grace, 50), "note passes");
    EXPECT_EQ(stale(WhenStale::Grace, 51), "hold stopped");
    EXPECT_EQ(stale(WhenStale::Hold, 1), "hold stopped");
    EXPECT_EQ(stale(WhenStale::Closed, 1), "reject stopped");
}

TEST(Budget, InGraceTheLastThatWasKnownHolds) {
    Bank bank;
    bank.ask(hours(90));
    const Time later = noon + bank.settings.stale_after + std::chrono::seconds(1);
    EXPECT_EQ(bank.ask(hours(20), later).error->code, Code::C201);
}

TEST(Budget, BeforeTheFirstSnapshotGraceStopsNothing) {
    Bank bank;
    bank.view = nullptr;
    EXPECT_EQ(said(bank.ask(hours(5000))), "fits");
    bank.settings.when_stale = WhenStale::Closed;
    EXPECT_EQ(bank.ask(hours(1)).error->code, Code::C204);
}

TEST(Budget, BeforeTheFirstSnapshotAGroupMaySayOtherwise) {
    Bank bank;
    bank.view = nullptr;
    bank.settings.when_stale_of = {{"bio", WhenStale::Hold}, {"cfd", WhenStale::Closed}};
    EXPECT_EQ(bank.ask(hours(1)).reaction, Reaction::Hold);
    EXPECT_EQ(bank.ask(hours(1, "cfd")).reaction, Reaction::Reject);
    EXPECT_EQ(said(bank.ask(hours(1, "other"))), "fits");
    Change release{.name = "7", .release = true};
    EXPECT_FALSE(bank.ask(release).error);
    release.to.account = "bio";
    EXPECT_EQ(bank.ask(release).error->code, Code::C204);
}

TEST(Budget, ASnapshotOfBeforeTheHoldsIsNotBelieved) {
    Bank bank;
    bank.settings.when_stale = WhenStale::Hold;
    BudgetSnapshot old = test::budget_site();
    old.taken = noon - std::chrono::seconds(1);
    bank.view = bank.budgets.take(std::move(old), bank.settings);
    EXPECT_EQ(bank.ask(hours(1)).error->code, Code::C204);
}

// --- who may name an account, and how many holds a user has ---

TEST(Budget, AJobOfSomebodyWhoMayNotNameTheAccountHoldsNothing) {
    Bank bank;
    BudgetSnapshot snapshot = test::budget_site();
    snapshot.members = {{"bio", {"ada"}}, {"cfd", {"ben"}}};
    bank.view = bank.budgets.take(snapshot, bank.settings);
    const Judged foreign = bank.ask(hours(99));
    EXPECT_EQ(said(foreign), "fits") << "slurmctld refuses it";
    EXPECT_FALSE(foreign.hold);
    EXPECT_EQ(bank.used(0), 0);
    EXPECT_TRUE(bank.ask(hours(99, "cfd")).hold);
    Ask unknown = hours(99);
    unknown.user = "";
    EXPECT_TRUE(bank.ask(unknown).hold) << "who it is, is looked up a moment later";
}

/// As many small jobs as a user may have holds.
void fill(Bank& bank, std::uint32_t uid) {
    Ask small = hours(0, "cfd");
    small.size.time_limit = std::chrono::minutes(1);
    small.uid = uid;
    for (std::size_t i = 0; i < Holds::most_of_a_user; ++i)
        ASSERT_TRUE(bank.ask(small).hold);
}

TEST(Budget, AUserWithTooManyJobsIsJudgedAsWhileNobodyKnowsWhatIsLeft) {
    Bank bank;
    fill(bank, 5001);
    const auto used = bank.view->used(1).load();
    Ask ask = hours(1, "cfd");
    ask.uid = 5001;
    const Judged small = bank.ask(ask);
    EXPECT_EQ(said(small), "fits");
    EXPECT_FALSE(small.hold);
    ASSERT_TRUE(small.trouble);
    EXPECT_EQ(small.trouble->code, Code::C109);
    ask.size.time_limit = std::chrono::hours(51);
    EXPECT_EQ(said(bank.ask(ask)),
              "more jobs came than the budgets can keep money for, so the job is held, not lost; "
              "submit it again in some minutes, and many jobs as one array [FL-C204]");
    bank.settings.when_stale = WhenStale::Closed;
    EXPECT_EQ(bank.ask(ask).reaction, Reaction::Reject);
    bank.settings.when_stale = WhenStale::Open;
    EXPECT_EQ(said(bank.ask(ask)), "fits");
    EXPECT_EQ(bank.view->used(1).load(), used) << "what is not kept does not count";
    ask.uid = 5002;
    EXPECT_TRUE(bank.ask(ask).hold) << "others are judged as ever";
}

// --- what the accountant has seen ---

TEST(Budget, AHoldCountsUntilASnapshotListsItAndNotTwice) {
    Bank bank;
    const Judged judged = bank.ask(hours(30));
    BudgetSnapshot next = test::budget_site();
    next.taken = noon + std::chrono::seconds(60);
    bank.view = bank.budgets.take(next, bank.settings);
    EXPECT_EQ(bank.used(0), 30) << "not listed yet";
    next.holds = {*judged.hold};
    next.caps[0].used = next.caps[2].used = next.caps[3].used = usd(30);
    bank.view = bank.budgets.take(next, bank.settings);
    EXPECT_EQ(bank.used(0), 30) << "listed: by the snapshot instead";
    bank.view = bank.budgets.take(next, bank.settings);
    EXPECT_EQ(bank.used(0), 30) << "the same snapshot again changes nothing";
    next.holds = {};
    next.caps[0].used = usd(12);
    bank.view = bank.budgets.take(next, bank.settings);
    EXPECT_EQ(bank.used(0), 12) << "it has ended and cost less";
}

TEST(Budget, AHoldOfNoJobExpires) {
    Bank bank;
    bank.ask(hours(30));
    BudgetSnapshot next = test::budget_site();
    next.taken = noon + 2 * bank.settings.period;
    bank.view = bank.budgets.take(next, bank.settings);
    EXPECT_EQ(bank.used(0), 30);
    next.taken += std::chrono::seconds(10);
    bank.view = bank.budgets.take(next, bank.settings);
    EXPECT_EQ(bank.used(0), 0);
    EXPECT_EQ(bank.used(3), 0);
}

TEST(Budget, ARestartKeepsTheHolds) {
    Bank bank;
    bank.ask(hours(30));
    Budgets again{Holds::open(bank.folder.path() / "holds", noon + std::chrono::hours(1)).value()};
    const auto view = again.take(test::budget_site(), bank.settings);
    EXPECT_EQ(view->used(0).load(), usd(30).nanos);
    EXPECT_EQ(view->used(3).load(), usd(30).nanos);
}

TEST(Budget, AGroupThatMovesKeepsItsHoldsWhereTheyWereCounted) {
    Bank bank;
    bank.ask(hours(30));
    BudgetSnapshot moved = test::budget_site();
    moved.groups[0].caps = {0, 3};
    bank.view = bank.budgets.take(moved, bank.settings);
    EXPECT_EQ(bank.used(2), 30);
    moved.taken = noon + std::chrono::hours(1);
    bank.view = bank.budgets.take(moved, bank.settings);
    EXPECT_EQ(bank.used(0), 0);
    EXPECT_EQ(bank.used(2), 0);
    EXPECT_EQ(bank.used(3), 0);
}

// --- many at once ---

/// Threads that submit jobs of 10 USD until each was stopped once; how many jobs fitted.
int race(Bank& bank, int threads) {
    std::atomic<int> passed{0};
    std::vector<std::jthread> all;
    for (int i = 0; i < threads; ++i)
        all.emplace_back([&] {
            while (!bank.ask(hours(10)).error)
                ++passed;
        });
    all.clear();
    return passed;
}

TEST(Budget, OfTwentyThatRaceForTheLastDollarsNoneTooManyPass) {
    for (int round = 0; round < 50; ++round) {
        Bank bank;
        ASSERT_EQ(race(bank, 20), 10);
        ASSERT_EQ(bank.used(0), 100);
        ASSERT_EQ(bank.used(2), 100);
        ASSERT_EQ(bank.used(3), 100);
    }
}

/// Snapshots in between list what was held, and have it among what is used; what does not fit must
/// never pass in the moment in which it changes sides.
TEST(Budget, WhatIsHeldChangesSidesAndIsCountedAllAlong) {
    Bank bank;
    std::atomic<bool> done{false};
    std::set<std::uint64_t> seen;
    std::jthread accountant([&] {
        while (!done) {
            BudgetSnapshot next = test::budget_site();
            for (const Hold& hold : Holds::open(bank.folder.path() / "holds", noon)->all())
                next.holds.push_back(hold.id);
            seen.insert(next.holds.begin(), next.holds.end());
            for (const std::size_t cap : {0, 2, 3})
                next.caps[cap].used = usd(10 * std::ssize(seen));
            next.holds.assign(seen.begin(), seen.end());
            bank.budgets.take(std::move(next), bank.settings);
        }
    });
    const int passed = race(bank, 8);
    done = true;
    accountant.join();
    EXPECT_EQ(passed, 10);
    EXPECT_EQ(bank.used(0), 100);
}

} // namespace cost_budget_test
} // namespace fairlead::cost
