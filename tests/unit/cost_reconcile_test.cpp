#include "cost/reconcile.hpp"

#include "cost/counts.hpp"
#include "cost/months.hpp"
#include "cost/pool.hpp"
#include "cost/settle_instances.hpp"
#include "cost_books.hpp"
#include "expect_error.hpp"

#include <random>
#include <sstream>

namespace fairlead::cost {
namespace cost_reconcile_test {

using test::succeeds;

const std::string dump_header =
    "JobIDRaw|DBIndex|Account|NodeList|Start|End|ElapsedRaw|State|AllocTRES\n";
const Time june = read_month("2026-06").value();

/// Two nodes for 3.60 an hour from 10:30 to 12:00; bio has the first for an hour, cfd a half of it
/// for the next half hour.
class ReconcileTest : public test::Books {
  protected:
    Ledger ledger = opened();
    Pricer pricer{
        PriceBook::parse_csv("region,az,instance_type,os,purchase,valid_from,valid_to,"
                             "price_per_hour,currency\n,,,,,,,3.6,USD\n",
                             "b")
            .value(),
        Nodes::parse("nodes,instance_type,purchase,region,az,cpus\nn[1-2],big,on-demand,,,4\n", "n")
            .value()};
    Instances instances = Instances::parse("instance,node,launched,ended\n"
                                           "i-1,n1,2026-06-10T10:30:00Z,2026-06-10T12:00:00Z\n"
                                           "i-2,n2,2026-06-10T10:30:00Z,2026-06-10T12:00:00Z\n",
                                           "i")
                              .value();
    std::string runs = "1|1|bio|n1|2026-06-10T10:30:00|2026-06-10T11:30:00|3600|COMPLETED|cpu=4\n"
                       "2|2|cfd|n1|2026-06-10T11:30:00|2026-06-10T12:00:00|1800|COMPLETED|cpu=2\n";
    Bill bill{};

    void SetUp() override {
        std::istringstream dump(dump_header + runs);
        const Taken taken{dump, "d", "atlas", read_time("2027-01-01").value()};
        const Zone zone = Zone::find("UTC").value();
        const auto none = [](const Error& error) { FAIL() << to_string(error); };
        ASSERT_TRUE(succeeds(settle(taken, zone, pricer, ledger, none)));
        dump.clear();
        dump.seekg(0);
        ASSERT_TRUE(succeeds(settle_instances(taken, instances, june, zone, pricer, ledger, none)));
    }

    /// In cents, by hour of 2026-06-10.
    void billed(const std::string& instance, const std::map<int, std::int64_t>& hours) {
        for (const auto& [hour, cents] : hours)
            bill.instances[{instance, "USD"}][*read_time("2026-06-10") + std::chrono::hours(hour)] =
                Wide{cents} * 10'000'000'000;
    }

    Reconciliation compared() { return reconcile(ledger, bill, instances, june, pricer).value(); }

    static std::string cents(Wide nanos) {
        return show_cents(divided(nanos, nanos_per_unit / 100));
    }

    static std::string shown(const Reconciliation& all) {
        std::string text;
        for (const ReconciledLine& line : all.lines)
            text += fmt::format("{} {} {}\n", line.name, cents(line.billed), cents(line.entered));
        return text;
    }

    Wide balance(const std::string& account) {
        const auto balances = ledger.balances().value();
        const auto found = balances.find({account, "USD"});
        return found == balances.end() ? 0 : found->second;
    }
};

TEST_F(ReconcileTest, ABillThatIsWhatWasEnteredLeavesNothing) {
    billed("i-1", {{10, 180}, {11, 360}});
    billed("i-2", {{10, 180}, {11, 360}});
    const auto all = compared();
    EXPECT_EQ(shown(all), "instances 10.80 10.80\n");
    EXPECT_TRUE(all.residual().at("USD") == 0);
    for (const ReconciledInstance& instance : all.instances)
        for (const ReconciledHour& hour : instance.hours)
            EXPECT_EQ(hour.billed, hour.entered);
    EXPECT_EQ(true_up(ledger, all, june, "eva").value(), 0u);
}

TEST_F(ReconcileTest, NoDifferenceMakesUpForAnother) {
    billed("i-1", {{10, 280}, {11, 360}});
    billed("i-2", {{10, 180}, {11, 330}});
    bill.services[{"AmazonS3", "USD"}] = -Wide{70} * 10'000'000'000;
    auto all = compared();
    EXPECT_EQ(cents(all.residual().at("USD")), "0.00");
    EXPECT_EQ(cents(all.differences().at("USD")), "2.00");
    ASSERT_TRUE(succeeds(true_up(ledger, all, june, "eva")));
    all = compared();
    EXPECT_EQ(cents(all.residual().at("USD")), "-0.70");
    EXPECT_EQ(cents(all.differences().at("USD")), "0.70") << "instances are what was billed now";
}

TEST_F(ReconcileTest, WhatNeedsNoEntryIsTruedUpOnceSomebodySaysSo) {
    billed("i-1", {{10, 280}, {11, 360}});
    billed("i-2", {{10, 80}, {11, 360}});
    auto all = compared();
    EXPECT_EQ(cents(all.differences().at("USD")), "2.00");
    EXPECT_EQ(true_up(ledger, all, june, "eva").value(), 0u);
    all.trued_up = true;
    EXPECT_EQ(cents(all.differences().at("USD")), "0.00");
}

TEST_F(ReconcileTest, APoolStandsForTheServiceThatItsNameIsInOrThatIsNamed) {
    billed("i-1", {{10, 180}, {11, 360}});
    billed("i-2", {{10, 180}, {11, 360}});
    bill.services[{"AmazonFSx", "USD"}] = Wide{100} * 1'000'000'000'000;
    bill.services[{"AmazonEC2", "USD"}] = Wide{5} * 1'000'000'000'000;
    const Groups groups = parse_groups("schema: fairlead.groups/1\n", "g").value();
    Pool pool{
        .kind = "storage", .month = "2026-06", .rule = PoolRule::Unallocated, .author = "eva"};
    for (const auto& [name, units] : {std::pair("fsx-home", 60), {"fsx-work", 41}, {"head", 5}}) {
        pool.name = name;
        pool.amount = {units * nanos_per_unit};
        ASSERT_TRUE(succeeds(enter_pool(ledger, groups, pool)));
    }
    EXPECT_EQ(cents(compared().differences().at("USD")), "11.00") << "1 of FSx, 5 and 5";
    const auto named =
        reconcile(ledger, bill, instances, june, pricer, {{"head", "AmazonEC2"}}).value();
    EXPECT_EQ(cents(named.differences().at("USD")), "1.00");
    EXPECT_EQ(cents(named.residual().at("USD")), "-1.00");
}

TEST_F(ReconcileTest, APoolStandsForNoServiceByAGuess) {
    billed("i-1", {{10, 180}, {11, 360}});
    billed("i-2", {{10, 180}, {11, 360}});
    const auto billed_at = [&](const char* service, int units) {
        bill.services[{service, "USD"}] = Wide{units} * 1'000'000'000'000;
    };
    const Groups groups = parse_groups("schema: fairlead.groups/1\n", "g").value();
    const auto with = [&](const std::string& name) {
        Pool pool{
            .kind = "storage", .month = "2026-06", .rule = PoolRule::Unallocated, .author = "eva"};
        pool.name = name;
        pool.amount = {nanos_per_unit};
        EXPECT_TRUE(succeeds(enter_pool(ledger, groups, pool)));
        for (const ReconciledLine& line : compared().lines)
            if (line.name == "pool:" + name)
                return line.with;
        return std::string("no line");
    };
    for (const char* service : {"AmazonFSx", "AWSELB", "AmazonRoute53", "Amazon S3", "AmazonECR",
                                "AmazonECS", "AWSDataTransfer"})
        billed_at(service, 1);
    EXPECT_EQ(with("fsx-home"), "AmazonFSx");
    EXPECT_EQ(with("elb"), "AWSELB");
    EXPECT_EQ(with("s3-scratch"), "Amazon S3");
    EXPECT_EQ(with("data"), "AWSDataTransfer");
    EXPECT_EQ(with("transfer"), "") << "a word inside of it";
    EXPECT_EQ(with("amazon-things"), "");
    EXPECT_EQ(with("ec-images"), "") << "two services fit";
    bill.services[{"AmazonFSx", "EUR"}] = 0;
    EXPECT_EQ(with("fsx-work"), "AmazonFSx") << "one, in two currencies";
}

TEST_F(ReconcileTest, EachHourShowsItsResidual) {
    billed("i-1", {{10, 170}, {11, 360}, {12, 5}});
    const auto all = compared();
    ASSERT_EQ(all.instances.size(), 2u);
    const ReconciledInstance& one = all.instances[0];
    EXPECT_EQ(one.node, "n1");
    ASSERT_EQ(one.hours.size(), 3u);
    EXPECT_EQ(cents(one.hours[0].billed.nanos), "1.70");
    EXPECT_EQ(cents(one.hours[0].entered.nanos), "1.80");
    EXPECT_EQ(cents(one.hours[1].entered.nanos), "3.60");
    EXPECT_EQ(one.hours[2].entered.nanos, 0);
    EXPECT_EQ(cents(one.residual()), "-0.05");
    EXPECT_EQ(cents(all.instances[1].residual()), "-5.40") << "the bill does not have it";
    EXPECT_EQ(shown(all), "instances 5.35 10.80\n");
}

TEST_F(ReconcileTest, WhatElseIsBilledAndEnteredStandsByItself) {
    billed("i-1", {{10, 180}, {11, 360}});
    billed("i-2", {{10, 180}, {11, 360}});
    billed("i-9", {{3, 700}});
    bill.services[{"AmazonFSx", "USD"}] = Wide{100} * 1'000'000'000'000;
    bill.services[{"AmazonS3", "EUR"}] = Wide{1} * 1'000'000'000'000;
    const Groups groups = parse_groups("schema: fairlead.groups/1\n", "g").value();
    ASSERT_TRUE(succeeds(enter_pool(ledger, groups,
                                    {.name = "fsx",
                                     .kind = "storage",
                                     .month = "2026-06",
                                     .amount = {99 * nanos_per_unit},
                                     .rule = PoolRule::Unallocated,
                                     .author = "eva"})));
    const auto all = compared();
    EXPECT_EQ(shown(all), "instances 10.80 10.80\ninstances not in the ledger 7.00 0.00\n"
                          "AmazonFSx 100.00 0.00\nAmazonS3 1.00 0.00\npool:fsx 0.00 99.00\n");
    EXPECT_EQ(cents(all.residual().at("USD")), "8.00");
    EXPECT_EQ(cents(all.residual().at("EUR")), "1.00");
}

TEST_F(ReconcileTest, ABillInAnotherCurrencyExplainsNothing) {
    bill.instances[{"i-1", "EUR"}][*read_time("2026-06-10T10:00:00Z")] = 1'000'000'000'000;
    const auto all = compared();
    EXPECT_EQ(shown(all), "instances 0.00 10.80\ninstances not in the ledger 1.00 0.00\n");
    EXPECT_EQ(cents(all.residual().at("USD")), "-10.80");
}

TEST_F(ReconcileTest, WhatIsNotExplainedIsEnteredAndReplaced) {
    billed("i-1", {{10, 180}, {11, 360}});
    billed("i-2", {{10, 180}, {11, 360}});
    bill.services[{"AmazonFSx", "USD"}] = Wide{100} * 1'000'000'000'000;
    EXPECT_EQ(enter_unexplained(ledger, compared(), june, "eva").value(), 1u);
    EXPECT_EQ(enter_unexplained(ledger, compared(), june, "eva").value(), 0u);
    EXPECT_EQ(cents(compared().residual().at("USD")), "100.00") << "it explains nothing";
    EXPECT_EQ(cents(balance("pool:unexplained")), "100.00");
    EXPECT_EQ(cents(-balance("bill")), "110.80") << "what was billed";
    bill.services.clear();
    EXPECT_EQ(enter_unexplained(ledger, compared(), june, "eva").value(), 2u);
    EXPECT_TRUE(balance("pool:unexplained") == 0);
    EXPECT_EQ(ledger.latest("", "unexplained 2026-06")->size(), 1u)
        << "nothing is left, and that is known";
}

TEST_F(ReconcileTest, TrueUpIsPaidInProportionToWhatWasPaid) {
    billed("i-1", {{10, 90}, {11, 180}}); // a savings plan: half of it
    billed("i-2", {{10, 90}, {11, 180}});
    EXPECT_EQ(true_up(ledger, compared(), june, "eva").value(), 3u);
    EXPECT_EQ(cents(balance("account:bio")), "1.80") << "half of 3.60";
    EXPECT_EQ(cents(balance("account:cfd")), "0.45");
    EXPECT_EQ(cents(balance("pool:idle")), "3.15");
    EXPECT_TRUE(balance("bill") == -Wide{540} * (nanos_per_unit / 100));
    EXPECT_TRUE(balance("instances") == 0);
    const auto all = compared();
    EXPECT_EQ(shown(all), "instances 5.40 10.80\ntrue-up 0.00 -5.40\n");
    EXPECT_TRUE(all.residual().at("USD") == 0);
    EXPECT_EQ(true_up(ledger, all, june, "eva").value(), 0u) << "nothing has changed";
    const auto entries = ledger.latest("", "true-up 2026-06").value();
    EXPECT_EQ(entries.front().kind, "adjustment");
    EXPECT_EQ(entries.front().note,
              "true-up to the bill of 2026-06: 2 instances of big, on-demand");
    EXPECT_EQ(entries.front().author, "eva");
    EXPECT_TRUE(succeeds(ledger.verify()));
}

TEST_F(ReconcileTest, AnotherBillReplacesWhatWasTruedUp) {
    billed("i-1", {{10, 90}, {11, 180}});
    billed("i-2", {{10, 90}, {11, 180}});
    ASSERT_TRUE(succeeds(true_up(ledger, compared(), june, "eva")));
    billed("i-1", {{10, 180}, {11, 361}});
    billed("i-2", {{10, 180}, {11, 360}});
    EXPECT_EQ(true_up(ledger, compared(), june, "eva").value(), 6u);
    EXPECT_TRUE(balance("bill") == -Wide{1081} * (nanos_per_unit / 100));
    EXPECT_TRUE(compared().residual().at("USD") == 0);
}

TEST_F(ReconcileTest, AnyBillIsMetToTheNanoDollar) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 100; ++round) {
        Wide picos = 0;
        for (const char* instance : {"i-1", "i-2"})
            for (int hour = 0; hour < 24; ++hour) {
                Wide& at = bill.instances[{instance, "USD"}]
                                         [*read_time("2026-06-10") + std::chrono::hours(hour)];
                at = static_cast<std::int64_t>(random() % 10'000'000'000'000);
                picos += at;
            }
        ASSERT_TRUE(succeeds(true_up(ledger, compared(), june, "eva")));
        const auto all = compared();
        EXPECT_TRUE(all.residual().at("USD") == 0);
        const Wide off = -balance("bill") * 1000 - picos;
        EXPECT_TRUE(off <= 1000 && off >= -1000) << "each of two instances is rounded once";
        EXPECT_TRUE(balance("account:bio") + balance("account:cfd") + balance("pool:idle") ==
                    -balance("bill"));
        for (const ReconciledInstance& instance : all.instances) {
            Wide entered = 0;
            for (const ReconciledHour& hour : instance.hours)
                entered += hour.entered.nanos;
            EXPECT_TRUE(entered == instance.entered.nanos);
        }
    }
}

TEST_F(ReconcileTest, RunsAndTheirTimeAreCountedAgainstSlurmdbd) {
    const auto otherwise = [&](const std::string& lines) {
        std::istringstream dump(dump_header + lines);
        std::string text;
        const auto counted =
            counted_otherwise(dump, "d", "atlas", Zone::find("UTC").value(), june, pricer, ledger,
                              [&](const Error& error) { text += to_string(error) + "\n"; });
        EXPECT_TRUE(succeeds(counted));
        for (const CountedAccount& account : *counted)
            text += fmt::format("{} {}:{} {}:{}\n", account.name, account.dumped.runs,
                                account.dumped.node_seconds, account.entered.runs,
                                account.entered.node_seconds);
        return text;
    };
    EXPECT_EQ(otherwise(runs), "");
    EXPECT_EQ(otherwise(runs + runs), "") << "a line that comes twice is one run";
    EXPECT_EQ(otherwise(runs + "3|3|bio|n[1-2]|2026-06-10T10:30:00|2026-06-10T11:30:00|3600|FAILED|"
                               "cpu=8\n"),
              "account:bio 2:10800 1:3600\n");
    EXPECT_EQ(otherwise(runs.substr(0, runs.find('\n') + 1)), "account:cfd 0:0 1:1800\n");
}

} // namespace cost_reconcile_test
} // namespace fairlead::cost
