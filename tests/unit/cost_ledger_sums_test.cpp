#include "cost_books.hpp"
#include "expect_error.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace fairlead::cost {
namespace cost_ledger_sums_test {

using test::add;
using test::fails_with;
using test::run_entry;
using test::succeeds;

std::vector<DaySum> sums_of(Ledger& ledger, const std::string& from = "2026-01-01",
                            const std::string& to = "2027-01-01") {
    std::vector<DaySum> sums;
    EXPECT_TRUE(succeeds(ledger.sums(from, to, [&](const DaySum& sum) { sums.push_back(sum); })));
    std::ranges::sort(sums, {}, [](const DaySum& sum) { return std::pair(sum.day, sum.payer); });
    return sums;
}

using LedgerSums = test::Books;

TEST_F(LedgerSums, EntriesThatAgreeAreAddedUp) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5), run_entry("2", 7)})));
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("3", 8), run_entry("4", 1, "2026-06-11")})));
    const auto sums = sums_of(ledger);
    ASSERT_EQ(sums.size(), 2u);
    EXPECT_EQ(sums[0].amount.nanos, 20);
    EXPECT_EQ(sums[0].runs, 3);
    EXPECT_EQ(sums[0].node_seconds, 3 * 3600);
    EXPECT_EQ(sums[0].payer, "account:bio");
    EXPECT_EQ(sums[1].day, "2026-06-11");
    EXPECT_EQ(sums_of(ledger, "2026-06-11", "2026-06-12").size(), 1u);
    EXPECT_TRUE(sums_of(ledger, "2026-06-12").empty());
}

TEST_F(LedgerSums, WhatIsTakenBackIsTakenOff) {
    Ledger ledger = opened();
    Entry back = run_entry("1", -5), anew = run_entry("1", 9, "2026-06-10", "cfd");
    back.kind = "-run";
    back.node_seconds = -3600;
    back.revision = anew.revision = 2;
    anew.line = 1;
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5)})));
    ASSERT_TRUE(succeeds(add(ledger, {back, anew})));
    const auto sums = sums_of(ledger);
    ASSERT_EQ(sums.size(), 2u);
    EXPECT_EQ(sums[0].amount.nanos, 0);
    EXPECT_EQ(sums[0].runs, 0);
    EXPECT_EQ(sums[0].node_seconds, 0);
    EXPECT_EQ(sums[1].amount.nanos, 9);
    EXPECT_EQ(sums[1].runs, 1);
    EXPECT_TRUE(succeeds(ledger.verify()));
}

TEST_F(LedgerSums, ARunCountsOnceWhateverItIsSplitInto) {
    Ledger ledger = opened();
    Entry june = run_entry("1", 5, "2026-06-30"), july = run_entry("1", 6, "2026-07-01");
    july.line = 1;
    ASSERT_TRUE(succeeds(add(ledger, {june, july})));
    const auto sums = sums_of(ledger);
    EXPECT_EQ(sums.at(0).runs, 1);
    EXPECT_EQ(sums.at(1).runs, 0);
}

TEST_F(LedgerSums, AMoveTakesFromOneAndGivesToAnother) {
    Ledger ledger = opened();
    Entry move = run_entry("adjustment 1", 5);
    move.kind = "adjustment";
    move.debit = "grant:b";
    move.credit = "grant:a";
    ASSERT_TRUE(succeeds(add(ledger, {move})));
    const auto sums = sums_of(ledger);
    ASSERT_EQ(sums.size(), 2u);
    EXPECT_EQ(sums[0].payer, "grant:a");
    EXPECT_EQ(sums[0].amount.nanos, -5);
    EXPECT_EQ(sums[1].amount.nanos, 5);
    EXPECT_EQ(sums[0].runs + sums[1].runs, 0);
}

TEST_F(LedgerSums, WhatDoesNotFitIsRefusedAndNothingOfItStays) {
    Ledger ledger = opened();
    const auto most = std::numeric_limits<std::int64_t>::max();
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", most)})));
    EXPECT_TRUE(fails_with(add(ledger, {run_entry("2", 1)}), Code::C105, "does not fit"));
    EXPECT_TRUE(fails_with(add(ledger, {run_entry("3", most), run_entry("4", 1)}), Code::C105));
    EXPECT_EQ(ledger.verify()->entries, 1);
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("5", -1)})));
    EXPECT_EQ(sums_of(ledger).front().amount.nanos, most - 1);
}

/// Property: however entries come, in how many transactions, their sums are those of them all.
TEST_F(LedgerSums, AreThoseOfAllEntriesHoweverTheyCome) {
    Ledger ledger = opened();
    std::mt19937 random(7);
    std::map<std::pair<std::string, std::string>, std::int64_t> expected;
    int number = 0;
    for (int transaction = 0; transaction < 20; ++transaction) {
        std::vector<Entry> entries;
        for (unsigned i = 0; i < 1 + random() % 20; ++i) {
            const std::string day = fmt::format("2026-06-{:02}", 1 + random() % 5);
            const std::string account = fmt::format("a{}", random() % 4);
            const auto nanos = static_cast<std::int64_t>(random() % 1000);
            entries.push_back(run_entry(std::to_string(++number), nanos, day, account));
            expected[{day, "account:" + account}] += nanos;
        }
        ASSERT_TRUE(succeeds(add(ledger, entries)));
    }
    const auto sums = sums_of(ledger);
    ASSERT_EQ(sums.size(), expected.size());
    for (const DaySum& sum : sums)
        EXPECT_EQ(sum.amount.nanos, expected.at({sum.day, sum.payer}));
    EXPECT_TRUE(succeeds(ledger.verify()));
}

} // namespace cost_ledger_sums_test
} // namespace fairlead::cost
