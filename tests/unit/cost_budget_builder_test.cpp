#include "cost/budget_builder.hpp"

#include "budgets.hpp"
#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_budget_builder_test {

using test::usd;

constexpr const char* groups_yaml = R"(schema: fairlead.groups/1
groups:
  bio:
    accounts: [bio, bio-gpu]
    university: north
    budget: {amount: 100}
    thresholds: [{at: 80, then: warn}]
    may_exceed: [ada]
    notify: never
    when_stale: closed
  cfd: {accounts: [cfd], university: south, budget: {amount: 500, period: rolling, days: 30}}
  free: {accounts: [free]}
universities:
  north: {budget: {amount: 1000, period: quarter}}
  south: {}
site: {budget: {amount: 200000}}
)";

constexpr Time mid_june =
    std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + std::chrono::hours(12);

struct Built {
    Groups groups = parse_groups(groups_yaml, "groups.yaml").value();
    BudgetBuilder builder{groups, mid_june};

    Built() { builder.partitions({{.name = "hpc", .dearest = {1'000'000'000'000}}}, "hpc"); }
    BudgetSnapshot finish() { return std::move(builder).finish(); }
};

const Cap& cap(const BudgetSnapshot& snapshot, std::string_view name) {
    for (const Cap& cap : snapshot.caps)
        if (cap.name == name)
            return cap;
    throw std::out_of_range(std::string(name));
}

TEST(BudgetBuilder, GivesEachGroupItsBudgetsAndEverybodyTheSites) {
    const BudgetSnapshot snapshot = Built{}.finish();
    std::map<std::string, std::string> names;
    for (const BudgetGroup& group : snapshot.groups)
        for (const std::size_t place : group.caps)
            names[group.name] += snapshot.caps[place].name + "; ";
    EXPECT_EQ(names["bio"], "group bio; university north; site; ");
    EXPECT_EQ(names["cfd"], "group cfd; site; ");
    EXPECT_EQ(names["free"], "site; ");
    EXPECT_EQ(names[""], "site; ");
    EXPECT_EQ(snapshot.taken, mid_june);
}

TEST(BudgetBuilder, TakesOverWhatAGroupSays) {
    const BudgetSnapshot snapshot = Built{}.finish();
    const BudgetGroup& bio = snapshot.groups.at(0);
    EXPECT_EQ(bio.accounts, (std::vector<std::string>{"bio", "bio-gpu"}));
    EXPECT_EQ(bio.may_exceed, std::vector<std::string>{"ada"});
    EXPECT_TRUE(bio.quiet);
    EXPECT_EQ(bio.when_stale, WhenStale::Closed);
    EXPECT_FALSE(snapshot.groups.at(1).quiet);
    EXPECT_EQ(cap(snapshot, "group bio").limit, usd(100));
    EXPECT_EQ(cap(snapshot, "group bio").thresholds.at(0).percent, 80);
    EXPECT_EQ(cap(snapshot, "university north").thresholds.at(0).reaction, Reaction::Hold);
    EXPECT_EQ(show_time(cap(snapshot, "group bio").ends), "2026-07-01T00:00:00Z");
}

TEST(BudgetBuilder, CountsWhatWasSpentInThePeriodOfEachBudget) {
    Built built;
    for (const char* day : {"2026-03-31", "2026-04-01", "2026-05-31", "2026-06-01", "2026-06-15"})
        built.builder.spent("account:bio", day, "USD", usd(1));
    for (const char* day : {"2026-05-15", "2026-05-16", "2026-06-15"})
        built.builder.spent("account:cfd", day, "USD", usd(10));
    built.builder.spent("account:unknown", "2026-06-02", "USD", usd(100));
    built.builder.spent("account:bio", "2026-06-02", "EUR", usd(1000));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(2)) << "this month";
    EXPECT_EQ(cap(snapshot, "university north").used, usd(4)) << "this quarter";
    EXPECT_EQ(cap(snapshot, "group cfd").used, usd(20)) << "the last 30 days, and a part of one";
    EXPECT_EQ(cap(snapshot, "site").used, usd(112));
}

TEST(BudgetBuilder, CountsPoolsAndAdjustmentsOfAGroupAndOfItsOwnGrant) {
    const Groups groups =
        parse_groups("schema: fairlead.groups/1\n"
                     "groups:\n"
                     "  bio: {accounts: [bio], grants: {own: 60, both: 40}, budget: {amount: 9}}\n"
                     "  cfd: {accounts: [cfd], grants: {both: 100}, budget: {amount: 9}}\n"
                     "grants:\n"
                     "  own: {start: 2026-01-01, end: 2026-12-31}\n"
                     "  both: {start: 2026-01-01, end: 2026-12-31}\n",
                     "groups.yaml")
            .value();
    BudgetBuilder builder(groups, mid_june);
    builder.spent("group:bio", "2026-06-02", "USD", usd(1));
    builder.spent("grant:own", "2026-06-02", "USD", usd(2));
    builder.spent("grant:both", "2026-06-02", "USD", usd(4));
    const BudgetSnapshot snapshot = std::move(builder).finish();
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(3));
    EXPECT_EQ(cap(snapshot, "group cfd").used, usd(0)) << "whose share it is, nobody says";
}

TEST(BudgetBuilder, CountsWhatAUniversityPaysItself) {
    Built built;
    built.builder.spent("university:north", "2026-06-02", "USD", usd(3));
    built.builder.spent("university:south", "2026-06-02", "USD", usd(5));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_EQ(cap(snapshot, "university north").used, usd(3));
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(0));
    EXPECT_EQ(cap(snapshot, "site").used, usd(8));
}

TEST(BudgetBuilder, AsksForTheDaysThatAnyBudgetCounts) {
    EXPECT_EQ(Built{}.builder.first_day(), "2026-04-01");
    const Groups none;
    EXPECT_EQ(BudgetBuilder(none, mid_june).first_day(), "2026-06-15");
}

QueuedJob job(std::uint32_t number, std::string account) {
    return {.job = number,
            .account = std::move(account),
            .partitions = "hpc",
            .size = {.most_nodes = 2, .time_limit = std::chrono::hours(5)}};
}

TEST(BudgetBuilder, CountsWhatTheQueueMayCost) {
    Built built;
    QueuedJob array = job(7, "bio");
    array.size.array_tasks = 3;
    array.admin_comment = "fairlead-hold=0000000000000009,at-most=30USD";
    array.qos = "low";
    EXPECT_TRUE(test::succeeds(built.builder.job(array, std::chrono::hours(1))));
    EXPECT_TRUE(test::succeeds(built.builder.job(job(8, "free"), std::chrono::hours(1))));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(30));
    EXPECT_EQ(cap(snapshot, "site").used, usd(40));
    EXPECT_EQ(snapshot.holds, std::vector<std::uint64_t>{9});
    ASSERT_EQ(snapshot.jobs.size(), 2u);
    EXPECT_EQ(snapshot.jobs[0].at_most, usd(30));
    EXPECT_EQ(snapshot.jobs[0].qos, "low");
    EXPECT_EQ(snapshot.jobs[0].group, 0u);
}

TEST(BudgetBuilder, OfAJobWithAPartitionThatHasNoPriceTheOthersCount) {
    Built built;
    QueuedJob either = job(7, "bio"), other = job(8, "bio");
    either.partitions = "hpc,new";
    other.partitions = "new";
    for (const QueuedJob& one : {either, other})
        EXPECT_TRUE(test::fails_with(built.builder.job(one, std::chrono::hours(1)), Code::C103,
                                     "partition new has no price"));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(10));
    EXPECT_EQ(snapshot.jobs[0].at_most, usd(10));
    EXPECT_EQ(snapshot.jobs[1].at_most, usd(0));
}

TEST(BudgetBuilder, OfAJobWithPricesInTwoCurrenciesThoseOfTheFirstCountAsInItsHold) {
    Built built;
    const HourlyPrice dollar{1'000'000'000'000}, two{2'000'000'000'000};
    built.builder.partitions({{.name = "hpc", .dearest = dollar},
                              {.name = "big", .dearest = two},
                              {.name = "far", .dearest = two, .currency = "EUR"},
                              {.name = "none", .dearest = {}, .currency = "EUR", .nodes = 0}},
                             "hpc");
    QueuedJob mixed = job(7, "bio"), other = job(8, "bio");
    mixed.partitions = "none,new,hpc,far,big";
    other.partitions = "far,hpc";
    for (const QueuedJob& one : {mixed, other})
        EXPECT_TRUE(test::fails_with(built.builder.job(one, std::chrono::hours(1)), Code::C103));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(20)) << "the dearest of those in its currency";
    EXPECT_EQ(snapshot.jobs[0].at_most, usd(20));
}

TEST(BudgetBuilder, AJobWithoutAnAccountIsOfItsUsersDefaultOne) {
    Built built;
    built.builder.default_account("ben", "Bio");
    QueuedJob one = job(7, "");
    one.user = "ben";
    EXPECT_TRUE(test::succeeds(built.builder.job(one, std::chrono::hours(1))));
    EXPECT_EQ(cap(built.finish(), "group bio").used, usd(10));
}

TEST(BudgetBuilder, AJobThatIsStoppedCountsNothingUntilItIsReleased) {
    Built built;
    QueuedJob stopped = job(7, "bio");
    stopped.admin_comment = "fairlead-stopped=FL-C201";
    stopped.held = true;
    QueuedJob released = stopped;
    released.job = 8;
    released.held = false;
    for (const QueuedJob& one : {stopped, released})
        EXPECT_TRUE(test::succeeds(built.builder.job(one, std::chrono::hours(1))));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_TRUE(snapshot.jobs[0].stopped);
    EXPECT_FALSE(snapshot.jobs[1].stopped);
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(10));
}

TEST(BudgetBuilder, AnEndedJobCountsAndIsNoneThatCanBeUpdated) {
    Built built;
    QueuedJob ended = job(7, "bio");
    ended.ended = true;
    ended.ran = std::chrono::hours(5);
    EXPECT_TRUE(test::succeeds(built.builder.job(ended, std::chrono::hours(1))));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_EQ(cap(snapshot, "group bio").used, usd(10));
    EXPECT_TRUE(snapshot.jobs.at(0).gone);
}

TEST(BudgetBuilder, AJobThatOutlastsItsLimitOrHasNoneCountsWhatItRan) {
    Built built;
    QueuedJob late = job(7, "bio");
    late.ran = std::chrono::hours(6);
    QueuedJob endless = job(8, "free");
    endless.size.time_limit = {};
    endless.size.unlimited = true;
    endless.ran = std::chrono::hours(48);
    for (const QueuedJob& one : {late, endless})
        EXPECT_TRUE(test::succeeds(built.builder.job(one, std::chrono::hours(24))));
    const BudgetSnapshot snapshot = built.finish();
    EXPECT_EQ(snapshot.jobs[0].at_most, usd(12));
    EXPECT_EQ(snapshot.jobs[1].at_most, usd(144));
}

bool nothing_settled(std::uint32_t, Time) { return false; }

TEST(BudgetBuilder, JobsThatVanishCountUntilTheirAccountingIsSettled) {
    Built before;
    for (const std::uint32_t number : {7, 8})
        EXPECT_TRUE(test::succeeds(before.builder.job(job(number, "bio"), std::chrono::hours(1))));
    const BudgetSnapshot first = before.finish();
    Built after;
    EXPECT_TRUE(test::succeeds(after.builder.job(job(8, "bio"), std::chrono::hours(1))));
    after.builder.carry(first, nothing_settled);
    const BudgetSnapshot second = after.finish();
    EXPECT_EQ(cap(second, "group bio").used, usd(20));
    ASSERT_EQ(second.jobs.size(), 2u);
    EXPECT_TRUE(second.jobs[1].gone);
    Built later;
    later.builder.carry(second, nothing_settled);
    EXPECT_EQ(cap(later.finish(), "group bio").used, usd(20)) << "round after round";
}

TEST(BudgetBuilder, JobsThatVanishedAreLeftOutOnceAccountingHasThem) {
    Built before;
    EXPECT_TRUE(test::succeeds(before.builder.job(job(7, "bio"), std::chrono::hours(1))));
    QueuedJob ended = job(8, "bio");
    ended.ended = true;
    ended.ran = std::chrono::hours(1);
    ended.end = mid_june - std::chrono::seconds(5);
    EXPECT_TRUE(test::succeeds(before.builder.job(ended, std::chrono::hours(1))));
    const BudgetSnapshot first = before.finish();
    std::map<std::uint32_t, Time> asked;
    Built after;
    const auto settled = [&](std::uint32_t number, Time end) {
        asked[number] = end;
        return number == 7;
    };
    EXPECT_EQ(after.builder.vanished(first, settled), std::vector<std::uint32_t>{8});
    after.builder.carry(first, settled);
    EXPECT_EQ(asked[7], mid_june) << "it went on then";
    EXPECT_EQ(asked[8], ended.end);
    const BudgetSnapshot second = after.finish();
    ASSERT_EQ(second.jobs.size(), 1u);
    EXPECT_EQ(second.jobs[0].job, 8u);
    EXPECT_EQ(second.jobs[0].end, ended.end);
    EXPECT_EQ(cap(second, "group bio").used, usd(2));
}

TEST(BudgetBuilder, ListsHoldsOfJobsThatItIsToldOfAlone) {
    Built built;
    built.builder.saw(17);
    EXPECT_EQ(built.finish().holds, std::vector<std::uint64_t>{17});
}

TEST(BudgetBuilder, TakesOverWhoMayNameWhichAccount) {
    Built built;
    built.builder.members(members_of("bio|ada\n"));
    QueuedJob one = job(7, "bio");
    one.user = "ada";
    EXPECT_TRUE(test::succeeds(built.builder.job(one, std::chrono::hours(1))));
    const BudgetSnapshot snapshot = built.finish();
    ASSERT_EQ(snapshot.members.size(), 1u);
    EXPECT_EQ(snapshot.members[0].users, std::vector<std::string>{"ada"});
    EXPECT_EQ(snapshot.jobs.at(0).user, "ada");
}

TEST(BudgetBuilder, AJobWithoutAPriceIsToldAndListed) {
    Built built;
    QueuedJob odd = job(7, "bio");
    odd.partitions = "new";
    EXPECT_TRUE(test::fails_with(built.builder.job(odd, std::chrono::hours(1)), Code::C103, "new"));
    EXPECT_EQ(built.finish().jobs.size(), 1u);
}

} // namespace cost_budget_builder_test
} // namespace fairlead::cost
