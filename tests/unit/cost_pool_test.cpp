#include "cost/pool.hpp"

#include "cost_books.hpp"
#include "expect_error.hpp"

#include <random>

namespace fairlead::cost {
namespace cost_pool_test {

using test::add;
using test::fails_with;
using test::run_entry;
using test::succeeds;

class PoolTest : public test::Books {
  protected:
    Groups groups = parse_groups("schema: fairlead.groups/1\ngroups:\n"
                                 "  bio: {accounts: [bio]}\n  cfd: {accounts: [cfd]}\n",
                                 "g")
                        .value();
    Pool pool{.name = "fsx",
              .kind = "storage",
              .month = "2026-06",
              .amount = {100},
              .rule = PoolRule::Proportional,
              .author = "eva"};

    /// "pool:fsx 100, group:bio 25, ..." of the latest revision.
    std::string entered(Ledger& ledger) {
        std::string shown;
        const auto entries = ledger.latest("", "pool fsx 2026-06").value();
        for (const Entry& entry : entries)
            shown +=
                fmt::format("{}{} {}", shown.empty() ? "" : ", ", entry.debit, entry.amount.nanos);
        return shown;
    }
};

TEST_F(PoolTest, IsDividedInProportionToWhatRunsCost) {
    Ledger ledger = opened();
    Entry euros = run_entry("4", 900);
    euros.currency = "EUR";
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 10), run_entry("2", 30, "2026-06-30", "cfd"),
                                      run_entry("3", 500, "2026-07-01"), euros,
                                      run_entry("5", 77, "2026-06-02", "other")})));
    EXPECT_EQ(enter_pool(ledger, groups, pool).value(), 3u);
    EXPECT_EQ(entered(ledger), "pool:fsx 100, group:bio 25, group:cfd 75");
    const auto entries = ledger.latest("", "pool fsx 2026-06").value();
    EXPECT_EQ(entries[1].note, "fsx by rule: proportional, 0.000000010 of 0.000000040");
    EXPECT_EQ(entries[1].day, "2026-06-30");
    EXPECT_EQ(entries[1].kind, "storage");
    const auto balances = ledger.balances().value();
    EXPECT_TRUE(balances.at({"pool:fsx", "USD"}) == 0);
    EXPECT_TRUE(balances.at({"bill", "USD"}) == -100);
}

TEST_F(PoolTest, IsDividedByQuotaOrLeftAsItIs) {
    Ledger ledger = opened();
    pool.rule = PoolRule::Quota;
    pool.quotas = read_quotas("bio=2,cfd=1").value();
    ASSERT_TRUE(succeeds(enter_pool(ledger, groups, pool)));
    EXPECT_EQ(entered(ledger), "pool:fsx 100, group:bio 67, group:cfd 33");
    pool.rule = PoolRule::Unallocated;
    pool.quotas = {};
    EXPECT_EQ(enter_pool(ledger, groups, pool).value(), 4u) << "three taken back, one anew";
    EXPECT_EQ(entered(ledger), "pool:fsx 100");
    EXPECT_EQ(enter_pool(ledger, groups, pool).value(), 0u) << "nothing has changed";
    EXPECT_TRUE(ledger.balances()->at({"group:bio", "USD"}) == 0);
    EXPECT_TRUE(succeeds(ledger.verify()));
}

TEST_F(PoolTest, IsDividedByBytesAndWhatNobodyHasStays) {
    Ledger ledger = opened();
    pool.rule = PoolRule::Used;
    pool.quotas = {{"bio", 500}, {"cfd", 250}};
    ASSERT_TRUE(succeeds(enter_pool(ledger, groups, pool)));
    EXPECT_EQ(entered(ledger), "pool:fsx 100, group:bio 67, group:cfd 33");
    pool.capacity = 1000;
    ASSERT_TRUE(succeeds(enter_pool(ledger, groups, pool)));
    EXPECT_EQ(entered(ledger), "pool:fsx 100, group:bio 50, group:cfd 25");
    EXPECT_EQ(ledger.latest("", "pool fsx 2026-06")->at(1).note, "fsx by rule: used, 500 of 1000");
    EXPECT_TRUE(ledger.balances()->at({"pool:fsx", "USD"}) == 25);
    pool.capacity = 749;
    EXPECT_TRUE(fails_with(enter_pool(ledger, groups, pool), Code::C306, "capacity is 749"));
    pool.quotas = {};
    EXPECT_TRUE(fails_with(enter_pool(ledger, groups, pool), Code::C306, "quota or used"));
}

TEST_F(PoolTest, OfInstancesIsDividedAsItStandsInTheLedger) {
    Ledger ledger = opened();
    Entry idle = run_entry("instance i-1 2026-06", 90);
    idle.cluster = "";
    idle.kind = "idle";
    idle.debit = "pool:idle";
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 10), idle})));
    pool.name = pool.kind = "idle";
    EXPECT_EQ(enter_pool(ledger, groups, pool).value(), 1u);
    EXPECT_EQ(enter_pool(ledger, groups, pool).value(), 0u) << "what it divided counts as in it";
    EXPECT_TRUE(ledger.balances()->at({"group:bio", "USD"}) == 90);
    EXPECT_TRUE(ledger.balances()->at({"pool:idle", "USD"}) == 0);
    idle.run = "instance i-2 2026-06";
    idle.amount.nanos = -100;
    ASSERT_TRUE(succeeds(add(ledger, {idle})));
    EXPECT_TRUE(fails_with(enter_pool(ledger, groups, pool), Code::C306, "less than nothing"));
}

TEST_F(PoolTest, WithoutRunsNobodyTakesAPart) {
    Ledger ledger = opened();
    EXPECT_EQ(enter_pool(ledger, groups, pool).value(), 1u);
    EXPECT_EQ(entered(ledger), "pool:fsx 100");
}

TEST_F(PoolTest, WhatIsNotKnownIsRefused) {
    Ledger ledger = opened();
    const auto refused = [&](const auto& change, std::string_view why) {
        Pool wrong = pool;
        change(wrong);
        EXPECT_TRUE(fails_with(enter_pool(ledger, groups, wrong), Code::C306, why));
    };
    refused([](Pool& p) { p.name = "a b"; }, "no name of a pool");
    refused([](Pool& p) { p.kind = "run"; }, "no kind of a pool");
    refused([](Pool& p) { p.month = "June"; }, "no month");
    refused([](Pool& p) { p.amount = {-1}; }, "none or more");
    refused([](Pool& p) { p.rule = PoolRule::Quota; }, "needs the groups' parts");
    refused([](Pool& p) { p.quotas = {{"bio", 1}}; }, "no other has them");
    refused(
        [](Pool& p) {
            p.rule = PoolRule::Quota;
            p.quotas = {{"zoo", 1}};
        },
        "group 'zoo'");
    for (const char* text : {"bio", "=3", "bio=0", "bio=-1", "bio=1,", "bio=x"})
        EXPECT_TRUE(fails_with(read_quotas(text), Code::C306)) << text;
    ASSERT_TRUE(succeeds(ledger.transaction(
        [&] { return ledger.close({.month = "2026-06", .day = "2026-07-01", .author = "eva"}); })));
    EXPECT_TRUE(fails_with(enter_pool(ledger, groups, pool), Code::C305));
}

/// Property: parts sum to the bill, whatever the rule.
TEST_F(PoolTest, PartsSumToTheBill) {
    std::mt19937_64 random(9);
    for (int i = 0; i < 300; ++i) {
        pool.amount = {static_cast<std::int64_t>(random() % 1'000'000'000'000)};
        std::map<std::string, Wide> costs;
        for (unsigned group = 0; group < 1 + random() % 20; ++group)
            costs[fmt::format("g{}", group)] = static_cast<Wide>(random() % 1'000'000'000'000'000);
        const auto entries = entries_of(pool, costs).value();
        std::int64_t sum = 0;
        for (std::size_t part = 1; part < entries.size(); ++part)
            sum += entries[part].amount.nanos;
        EXPECT_EQ(sum, entries.size() > 1 ? pool.amount.nanos : 0);
    }
}

TEST_F(PoolTest, RulesHaveTheirWords) {
    for (const std::string_view word : {"quota", "proportional", "unallocated"})
        EXPECT_EQ(to_string(pool_rule(word).value()), word);
    EXPECT_FALSE(pool_rule("fair"));
}

} // namespace cost_pool_test
} // namespace fairlead::cost
