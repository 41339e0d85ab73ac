#include "cost/settle_instances.hpp"

#include "cost/close.hpp"
#include "cost/months.hpp"
#include "cost_books.hpp"
#include "expect_error.hpp"

#include <random>
#include <sstream>

namespace fairlead::cost {
namespace cost_settle_instances_test {

using test::fails_with;
using test::succeeds;

const std::string dump_header =
    "JobIDRaw|DBIndex|Account|NodeList|Start|End|ElapsedRaw|Suspended|State|AllocTRES\n";
const std::string instance_header = "instance,node,launched,ended,ready,state_reason\n";
const std::string node_header = "nodes,instance_type,purchase,region,az,cpus\n";
const std::string book_header =
    "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";

constexpr std::int64_t dollar = nanos_per_unit;

/// Nodes n1 to n9 for 3.60 an hour, and spot nodes s1 to s9 for 1.80; each has 4 CPUs.
class InstancesTest : public test::Books {
  protected:
    std::string prices = ",,big,,on-demand,,,3.6,USD\n,,big,,spot,,,1.8,USD\n";
    std::vector<std::string> errors{};
    Ledger ledger = opened();

    /// "changed of instances: cost runs boot idle given back [elsewhere]" in cents.
    std::string settled(const std::string& runs, const std::string& instances,
                        std::string_view month = "2026-06", std::string_view seen = "2027-01-01") {
        Pricer pricer(
            PriceBook::parse_csv(book_header + prices, "b").value(),
            Nodes::parse(node_header + "n[1-9],big,on-demand,,,4\ns[1-9],big,spot,,,4\n", "n")
                .value());
        const auto report = [&](const Error& error) { errors.push_back(to_string(error)); };
        std::istringstream dump(dump_header + runs);
        const Taken taken{dump, "d", "atlas", read_time(seen).value()};
        const Zone zone = Zone::find("UTC").value();
        EXPECT_TRUE(succeeds(settle(taken, zone, pricer, ledger, report)));
        dump.clear();
        dump.seekg(0);
        const auto done =
            settle_instances(taken, Instances::parse(instance_header + instances, "i").value(),
                             read_month(month).value(), zone, pricer, ledger, [](const Error&) {});
        EXPECT_TRUE(succeeds(done));
        EXPECT_TRUE(succeeds(ledger.verify()));
        if (!done || !done->sums.contains("USD"))
            return done ? fmt::format("{} of {}", done->changed, done->instances) : "";
        const auto& sum = done->sums.at("USD");
        const auto cents = [](Wide nanos) { return show_cents(divided(nanos, dollar / 100)); };
        return fmt::format("{} of {}: {} {} {} {} {}", done->changed, done->instances,
                           cents(sum.cost), cents(sum.runs), cents(sum.boot), cents(sum.idle),
                           cents(sum.refunded)) +
               (sum.elsewhere != 0 ? " " + cents(sum.elsewhere) : "");
    }

    Wide balance(const std::string& account) {
        const auto balances = ledger.balances().value();
        const auto found = balances.find({account, "USD"});
        return found == balances.end() ? 0 : found->second;
    }

    /// "account:bio 1.80" for each kind of what somebody owes, in cents.
    std::string owed(const std::string& payer) {
        std::map<std::string, Wide> kinds;
        EXPECT_TRUE(succeeds(ledger.sums("2026-01-01", "2027-01-01", [&](const DaySum& sum) {
            if (sum.payer == payer)
                kinds[sum.kind] += sum.amount.nanos;
        })));
        std::string text;
        for (const auto& [kind, nanos] : kinds)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind,
                                show_cents(divided(nanos, dollar / 100)));
        return text;
    }
};

std::string run(int number, const std::string& nodes, const std::string& start,
                const std::string& end, int cpus = 4, const std::string& state = "COMPLETED",
                const std::string& suspended = "00:00:00") {
    const auto seconds = *read_time(end) - *read_time(start);
    const std::int64_t held = (suspended[1] - '0') * 3600;
    return fmt::format("{}|{}|bio|{}|{}|{}|{}|{}|{}|cpu={}\n", number, number, nodes, start, end,
                       seconds.count() - held, suspended, state, cpus);
}

TEST_F(InstancesTest, RunsBootAndIdleMakeWhatAnInstanceCosts) {
    EXPECT_EQ(settled(run(1, "n1", "2026-06-10T00:30:00", "2026-06-10T01:30:00", 2),
                      "i-1,n1,2026-06-10T00:00:00Z,2026-06-10T02:00:00Z,2026-06-10T00:05:00Z,\n"),
              "1 of 1: 7.20 1.80 0.30 5.10 0.00");
    EXPECT_EQ(owed("account:bio"), "run 1.80");
    EXPECT_EQ(owed("pool:boot"), "boot 0.30");
    EXPECT_EQ(owed("pool:idle"), "idle 5.10");
    EXPECT_TRUE(balance("instances") == 0);
    EXPECT_TRUE(balance("bill") == -Wide{72} * dollar / 10);
    const auto entries = ledger.latest("", "instance i-1 2026-06").value();
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[1].node_seconds, 300);
    EXPECT_EQ(entries[2].node_seconds, 7200 - 300 - 3600);
    EXPECT_EQ(entries[2].note, "n1, up 7200 s");
    EXPECT_EQ(entries[2].purchase, "on-demand");
}

TEST_F(InstancesTest, AgainChangesNothingAndWhatIsNewIsCorrected) {
    const std::string one = run(1, "n1", "2026-06-10T00:00:00", "2026-06-10T01:00:00");
    const std::string instance = "i-1,n1,2026-06-10,2026-06-10T02:00:00Z,,\n";
    EXPECT_EQ(settled(one, instance), "1 of 1: 7.20 3.60 0.00 3.60 0.00");
    EXPECT_EQ(settled(one, instance), "0 of 1: 7.20 3.60 0.00 3.60 0.00");
    const std::string two = one + run(2, "n1", "2026-06-10T01:00:00", "2026-06-10T02:00:00");
    EXPECT_EQ(settled(two, instance), "1 of 1: 7.20 7.20 0.00 0.00 0.00");
    EXPECT_EQ(owed("pool:idle"), "idle 0.00");
    EXPECT_TRUE(balance("instances") == 0);
}

TEST_F(InstancesTest, OneThatRunsIsCountedUpToNow) {
    const std::string instance = "i-1,n1,2026-06-10,,,\n";
    EXPECT_EQ(settled("", instance, "2026-06", "2026-06-10T10:00:00Z"),
              "1 of 1: 36.00 0.00 0.00 36.00 0.00");
    EXPECT_EQ(settled("", instance, "2026-06", "2026-07-03"),
              "1 of 1: 1814.40 0.00 0.00 1814.40 0.00");
    EXPECT_EQ(settled("", instance, "2026-07", "2026-07-03"),
              "1 of 1: 172.80 0.00 0.00 172.80 0.00");
    EXPECT_EQ(settled("", instance, "2026-05"), "0 of 0");
}

TEST_F(InstancesTest, ARunThatIsNotOverIsNotIdle) {
    const std::string instance = "i-1,n1,2026-06-10,,,\n";
    const std::string running =
        "1|1|bio|n1|2026-06-10T00:00:00|Unknown|3600|00:00:00|RUNNING|cpu=4\n";
    EXPECT_EQ(settled(running, instance, "2026-06", "2026-06-10T01:00:00Z"),
              "1 of 1: 3.60 3.60 0.00 0.00 0.00");
    EXPECT_TRUE(balance("instances") == Wide{36} * dollar / 10) << "until it is settled";
}

TEST_F(InstancesTest, AMinuteIsBilledAtLeast) {
    EXPECT_EQ(settled("", "i-1,n1,2026-06-10,2026-06-10T00:00:01Z,,\n"),
              "1 of 1: 0.06 0.00 0.00 0.06 0.00");
}

TEST_F(InstancesTest, ARunIsCutAtTheMonthAsItsInstanceIs) {
    const std::string runs = run(1, "n[1-2]", "2026-06-30T23:00:00", "2026-07-01T02:00:00", 8);
    const std::string instances = "i-1,n1,2026-06-30T22:00:00Z,2026-07-01T02:00:00Z,,\n"
                                  "i-2,n2,2026-06-30T22:00:00Z,2026-07-01T03:00:00Z,,\n";
    EXPECT_EQ(settled(runs, instances), "2 of 2: 14.40 7.20 0.00 7.20 0.00");
    EXPECT_EQ(settled(runs, instances, "2026-07"), "2 of 2: 18.00 14.40 0.00 3.60 0.00");
    EXPECT_TRUE(balance("instances") == 0);
}

TEST_F(InstancesTest, RunsOnOtherNodesAreNamed) {
    EXPECT_EQ(settled(run(1, "n[1-2]", "2026-06-10T00:00:00", "2026-06-10T01:00:00", 8),
                      "i-1,n1,2026-06-10,2026-06-10T01:00:00Z,,\n"),
              "1 of 1: 3.60 3.60 0.00 0.00 0.00 3.60");
    EXPECT_TRUE(balance("instances") == -Wide{36} * dollar / 10);
}

TEST_F(InstancesTest, ASpotInstanceThatAwsTakesBackInItsFirstHourIsFree) {
    const std::string runs =
        run(1, "s1", "2026-06-10T00:00:00", "2026-06-10T00:20:00") +
        run(2, "s1", "2026-06-10T00:20:00", "2026-06-10T00:50:00", 4, "NODE_FAIL");
    const std::string life = "i-1,s1,2026-06-10,2026-06-10T00:50:00Z,2026-06-10T00:10:00Z,";
    EXPECT_EQ(settled(runs, life + "Server.SpotInstanceTermination\n"),
              "1 of 1: 0.00 1.50 0.00 0.00 1.50");
    EXPECT_EQ(owed("account:bio"), "node_fail 0.90, reclaim -1.50, run 0.60");
    EXPECT_TRUE(balance("account:bio") == 0 && balance("bill") == 0);
    EXPECT_TRUE(balance("instances") == 0);
    EXPECT_EQ(settled(runs, life + "Client.UserInitiatedShutdown\n"),
              "1 of 1: 1.50 1.50 0.00 0.00 0.00")
        << "who ends it himself pays";
    EXPECT_EQ(owed("account:bio"), "node_fail 0.90, reclaim 0.00, run 0.60");
}

TEST_F(InstancesTest, ARunThatSpotReclaimEndedIsALineOfItsOwn) {
    const std::string runs =
        run(1, "s1", "2026-06-10T00:00:00", "2026-06-10T01:00:00", 4, "NODE_FAIL") +
        run(2, "s1", "2026-06-10T01:00:00", "2026-06-10T03:05:00", 4, "NODE_FAIL");
    EXPECT_EQ(settled(runs, "i-1,s1,2026-06-10,2026-06-10T03:00:00Z,,"
                            "Server.SpotInstanceShutdown\n"),
              "1 of 1: 5.40 5.55 0.00 -0.15 0.00")
        << "AWS does not bill the five minutes until Slurm saw it";
    EXPECT_EQ(owed("account:bio"), "node_fail 1.80, reclaim 3.75")
        << "the first ended with its node otherwise";
    EXPECT_TRUE(balance("instances") == 0);
}

TEST_F(InstancesTest, TimeThatWasSoldTwiceIsTakenOffIdle) {
    EXPECT_EQ(settled(run(1, "n1", "2026-06-10T00:00:00", "2026-06-10T02:00:00", 4, "COMPLETED",
                          "01:00:00") +
                          run(2, "n1", "2026-06-10T01:00:00", "2026-06-10T02:00:00"),
                      "i-1,n1,2026-06-10,2026-06-10T02:00:00Z,,\n"),
              "1 of 1: 7.20 10.80 0.00 -3.60 0.00");
    EXPECT_TRUE(balance("instances") == 0);
}

TEST_F(InstancesTest, WhatComesAfterTheMonthWasClosedCountsInTheNext) {
    ASSERT_TRUE(
        succeeds(close_month(ledger, "2026-06", *read_time("2026-07-02"), "eva", "schema: x\n")));
    EXPECT_EQ(settled("", "i-1,n1,2026-06-10,2026-06-10T02:00:00Z,,\n"),
              "1 of 1: 7.20 0.00 0.00 7.20 0.00");
    EXPECT_EQ(ledger.latest("", "instance i-1 2026-06")->front().day, "2026-07-01");
    EXPECT_EQ(settled("", "i-1,n1,2026-06-10,2026-06-10T02:00:00Z,,\n"),
              "0 of 1: 7.20 0.00 0.00 7.20 0.00");
}

TEST_F(InstancesTest, AnInstanceWithoutAPriceStopsAll) {
    Pricer pricer(PriceBook::parse_csv(book_header + prices, "b").value(),
                  Nodes::parse(node_header + "n1,small,on-demand,,,4\n", "n").value());
    std::istringstream dump(dump_header);
    const Taken taken{dump, "d", "atlas", read_time("2027-01-01").value()};
    EXPECT_TRUE(fails_with(
        settle_instances(
            taken, Instances::parse(instance_header + "i-1,n1,2026-06-10,,,\n", "i").value(),
            *read_month("2026-06"), Zone::find("UTC").value(), pricer, ledger, [](const Error&) {}),
        Code::C103, "node n1: "));
    EXPECT_TRUE(balance("bill") == 0);
}

/// Runs on one to four of the nodes n1 to n4, one behind the other, from June to August.
std::string random_runs(std::mt19937_64& random, int lane) {
    std::string runs;
    Time time = *read_time("2026-06-01") + std::chrono::seconds(random() % 400'000);
    for (int i = 0; time < *read_time("2026-08-01"); ++i) {
        const Time end = time + std::chrono::seconds(1 + random() % 400'000);
        const auto first = 1 + random() % 4;
        const auto last = first + random() % (5 - first);
        std::string start_text = show_time(time), end_text = show_time(end);
        start_text.pop_back();
        end_text.pop_back();
        runs += fmt::format("{0}|{0}|bio|n[{1}-{2}]|{3}|{4}|{5}|00:00:00|{6}|cpu={7}\n",
                            lane * 10'000 + i + 1, first, last, start_text, end_text,
                            (end - time).count(), random() % 5 == 0 ? "NODE_FAIL" : "COMPLETED",
                            (last - first + 1) * 2 - random() % 2);
        time = end + std::chrono::seconds(random() % 90'000);
    }
    return runs;
}

TEST_F(InstancesTest, PartsAndIdleAlwaysSumToTheCostOfInstances) {
    std::mt19937_64 random(20'260'601);
    for (int round = 0; round < 8; ++round) {
        prices = fmt::format(",,big,,on-demand,,2026-06-17T03:07:11Z,{}.{:07},USD\n"
                             ",,big,,on-demand,2026-06-17T03:07:11Z,,{}.{:012},USD\n",
                             1 + random() % 9, random() % 10'000'000, 1 + random() % 9,
                             random() % 1'000'000'000'000);
        ledger = Ledger::open(folder / fmt::format("{}.db", round)).value();
        const std::string runs = random_runs(random, 0) + random_runs(random, 1);
        std::string instances;
        for (int node = 1; node <= 4; ++node)
            instances += fmt::format("i-{0},n{0},2026-05-31T00:00:0{0}Z,2026-08-20T01:02:0{0}Z,"
                                     "2026-05-31T{1:02}:11:00Z,\n",
                                     node, random() % 24);
        for (const char* month : {"2026-05", "2026-06", "2026-07", "2026-08"})
            settled(runs, instances, month);
        EXPECT_TRUE(errors.empty()) << errors.front();
        EXPECT_TRUE(balance("instances") == 0);
        const Wide paid = balance("account:bio") + balance("pool:boot") + balance("pool:idle");
        EXPECT_TRUE(paid == -balance("bill"));
        // Each lane asks for half a node at most, so nothing is sold twice.
        EXPECT_TRUE(balance("account:bio") > 0 && balance("pool:boot") > 0);
        EXPECT_TRUE(balance("pool:idle") > 0);
    }
}

TEST_F(InstancesTest, IdleIsTheTimeAndTheShareThatNobodyHad) {
    std::mt19937_64 random(6);
    prices = ",,big,,on-demand,,2026-06-17,3.123456789012,USD\n"
             ",,big,,on-demand,2026-06-17,,2.000000000001,USD\n";
    const PriceBook book = PriceBook::parse_csv(book_header + prices, "b").value();
    const PriceKey key{.instance_type = "big", .os = "linux", .purchase = "on-demand"};
    const Timeline timeline = book.timeline(key);
    const Time from = *read_time("2026-06-01"), to = *read_time("2026-07-01");
    for (int round = 0; round < 50; ++round) {
        std::vector<Stay> stays;
        std::string runs;
        Time time = from;
        for (int i = 1; time < to; ++i) {
            const Time start = time + std::chrono::seconds(random() % 100'000);
            const Time end = start + std::chrono::seconds(1 + random() % 200'000);
            const int cpus = 1 + static_cast<int>(random() % 4);
            time = end;
            if (end > to)
                break;
            stays.push_back({start, end, {cpus, 4}});
            runs += run(round * 1000 + i, "n1", show_time(start).substr(0, 19),
                        show_time(end).substr(0, 19), cpus);
        }
        ledger = Ledger::open(folder / fmt::format("idle{}.db", round)).value();
        settled(runs, fmt::format("i-{},n1,2026-06-01,2026-07-01,,\n", round));
        const auto priced = timeline.between(from, to).value();
        const auto expected = apportion(to_money(-balance("bill")).value(), priced, stays).value();
        const Wide differs = balance("pool:idle") - expected.idle.nanos;
        // Each run and each stretch between two edges is rounded once.
        const auto bound = static_cast<Wide>(3 * stays.size() + 3);
        EXPECT_TRUE(differs <= bound && differs >= -bound) << show_nanos(differs);
    }
}

} // namespace cost_settle_instances_test
} // namespace fairlead::cost
