#include "cost/settle.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <sstream>

namespace fairlead::cost {
namespace cost_settle_test {

using test::succeeds;
using test::TempFolder;

const std::string header = "JobIDRaw|DBIndex|Account|NodeList|Start|End|ElapsedRaw|State|Cluster\n";

const std::string book_header =
    "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";

/// A ledger of its own, and a price of 3.60 an hour.
struct Books {
    TempFolder folder{};
    Ledger ledger = Ledger::open(folder / "ledger.db").value();
    std::string price = "3.6";
    std::optional<Nodes> nodes{};
    std::vector<std::string> errors{};

    /// "new known corrected", and "older" where there are any.
    std::string settle(const std::string& lines, std::string_view seen = "2027-01-01",
                       std::optional<Time> until = {}, bool reprice = true,
                       std::optional<Time> from = {}) {
        std::istringstream dump(header + lines);
        Pricer pricer(PriceBook::parse_csv(book_header + ",,,,,,," + price + ",USD\n", "b").value(),
                      nodes);
        const auto settled =
            cost::settle({dump, "d", "home", read_time(seen).value(), false, until, reprice, from},
                         Zone::find("UTC").value(), pricer, ledger,
                         [&](const Error& error) { errors.push_back(to_string(error)); });
        EXPECT_TRUE(succeeds(settled));
        EXPECT_TRUE(succeeds(ledger.verify()));
        if (!settled)
            return "";
        return fmt::format("{} {} {}", settled->fresh, settled->same, settled->corrected) +
               (settled->older > 0 ? fmt::format(" {}", settled->older) : "");
    }

    std::int64_t owes(const std::string& account) {
        const auto balances = ledger.balances().value();
        const auto found = balances.find({"account:" + account, "USD"});
        return found == balances.end() ? 0 : static_cast<std::int64_t>(found->second);
    }
};

constexpr std::int64_t june = 1'780'272'000; // 2026-06-01

/// A run of a day on one node.
std::string run(int number, const std::string& account, int seconds,
                const std::string& state = "COMPLETED") {
    return fmt::format("7|{}|{}|n1|{}|{}|{}|{}|\n", number, account, june, june + 86'400, seconds,
                       state);
}

constexpr std::int64_t second = 1'000'000; // nanos of a second at 3.60 an hour
constexpr std::int64_t day = 86'400 * second;

TEST(Settle, EntersEachRunOnce) {
    Books books;
    EXPECT_EQ(books.settle(run(1, "bio", 86'400) + run(2, "cfd", 86'400)), "2 0 0");
    EXPECT_EQ(books.settle(run(1, "bio", 86'400) + run(2, "cfd", 86'400) + run(2, "cfd", 86'400)),
              "0 3 0");
    EXPECT_EQ(books.owes("bio"), day);
    EXPECT_EQ(books.owes("cfd"), day);
    EXPECT_EQ(books.ledger.verify()->entries, 2);
}

TEST(Settle, AChangeIsReversedAndEnteredAnew) {
    Books books;
    books.settle(run(1, "bio", 86'400));
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400)), "0 0 1");
    EXPECT_EQ(books.owes("bio"), 0);
    EXPECT_EQ(books.owes("cfd"), day);
    EXPECT_EQ(books.ledger.verify()->entries, 3);
    books.price = "7.2";
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400)), "0 0 1");
    EXPECT_EQ(books.owes("cfd"), 2 * day);
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400)), "0 1 0");
}

TEST(Settle, ARunIsInTheRegionOfItsNodesWhereThatIsKnown) {
    Books books;
    const auto named = [&](const std::string& rows) {
        books.nodes = Nodes::parse("nodes,instance_type,purchase,region,az\n" + rows, "n").value();
    };
    const auto region = [&](const std::string& run) {
        return books.ledger.latest("home", run)->front().region;
    };
    const std::string both = "7|9|bio|n[1-2]|2026-06-02|2026-06-03|86400|COMPLETED|\n";
    books.settle(run(1, "bio", 86'400));
    EXPECT_EQ(region("1"), "");
    named("n[1-2],,,us-east-2,\n");
    EXPECT_EQ(books.settle(run(1, "bio", 86'400) + run(2, "bio", 86'400) + both), "2 1 0")
        << "what was entered without a region stays";
    EXPECT_EQ(region("1"), "");
    EXPECT_EQ(region("2"), "us-east-2");
    EXPECT_EQ(region("9"), "us-east-2");
    named("n1,,,us-east-2,\nn2,,,eu-west-1,\n");
    EXPECT_EQ(books.settle(both), "0 0 1");
    EXPECT_EQ(region("9"), "") << "nodes of two regions are one line";
}

TEST(Settle, SuspendedTimeAndFailedNodesAreLinesOfTheirOwn) {
    Books books;
    books.settle(run(1, "bio", 86'000) + run(2, "bio", 86'400, "NODE_FAIL"));
    const auto first = books.ledger.latest("home", "1").value();
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].kind, "run");
    EXPECT_EQ(first[0].amount.nanos, 86'000 * second);
    EXPECT_EQ(first[1].kind, "suspended");
    EXPECT_EQ(first[1].amount.nanos, 400 * second);
    EXPECT_EQ(books.ledger.latest("home", "2")->front().kind, "node_fail");
    EXPECT_EQ(books.owes("bio"), 2 * day);
}

TEST(Settle, CutsAtTheMonth) {
    Books books;
    books.settle("7|1|bio|n[1-2]|2026-06-30T23:00:00|2026-07-01T02:00:00|10800|COMPLETED|\n");
    const auto entries = books.ledger.latest("home", "1").value();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].period, "2026-06");
    EXPECT_EQ(entries[0].amount.nanos, 7200 * second);
    EXPECT_EQ(entries[0].node_seconds, 7200);
    EXPECT_EQ(entries[1].period, "2026-07");
    EXPECT_EQ(entries[1].amount.nanos, 14'400 * second);
    EXPECT_EQ(entries[1].node_seconds, 14'400);
}

TEST(Settle, NodeSecondsAreThoseOfEachGroupAndMonth) {
    Books books;
    const std::string list = "nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n"
                             "a[1-2],big,,,,,,\nb1,small,,,,,,\n";
    Pricer pricer(PriceBook::parse_csv(book_header + ",,,,,,,1,USD\n", "b").value(),
                  Nodes::parse(list, "n").value());
    JobRun job{};
    job.job = "7";
    job.nodes = "a[1-2],b1";
    job.start = read_time("2026-01-31T23:00:00").value();
    job.elapsed = std::chrono::hours(2);
    job.suspended = std::chrono::minutes(10);
    std::string text;
    const auto entries = entries_of(job, "home", "1", pricer).value();
    for (const Entry& entry : entries)
        text += fmt::format("{} {} {} {}\n", entry.kind, entry.instance_type, entry.period,
                            entry.node_seconds);
    EXPECT_EQ(text,
              "run big 2026-01 7200\nrun big 2026-02 7200\nsuspended big 2026-02 1200\n"
              "run small 2026-01 3600\nrun small 2026-02 3600\nsuspended small 2026-02 600\n");
}

TEST(Settle, RunsThatGoOnWait) {
    Books books;
    EXPECT_EQ(books.settle("7|1|bio|n1|2026-06-01T00:00:00|Unknown|3600|RUNNING|\n"), "0 0 0");
    EXPECT_EQ(books.ledger.watermark("home").value(), std::nullopt);
    EXPECT_EQ(books.settle(run(1, "bio", 86'400)), "1 0 0");
    EXPECT_EQ(books.ledger.watermark("home").value(),
              read_time("2026-06-02")->time_since_epoch().count());
}

TEST(Settle, ARunningJobWaitsThoughSacctCutItsEnd) { // sacct --truncate
    Books books;
    EXPECT_EQ(books.settle(run(1, "bio", 86'400, "RUNNING")), "0 0 0");
    EXPECT_EQ(books.settle(run(1, "bio", 86'400, "RESIZING")), "1 0 0")
        << "what a job left when its size changed";
}

/// Else one run could be entered twice, with its number and without.
TEST(Settle, ARunNeedsANumber) {
    Books books;
    for (const char* number : {"", "0", "-1", "1x", "99999999999999999999"})
        EXPECT_EQ(books.settle(
                      fmt::format("7|{}|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|\n", number)),
                  "0 0 0");
    ASSERT_EQ(books.errors.size(), 5u);
    EXPECT_EQ(books.errors[1], "d:2: job 7: DBIndex is '0'; expected slurmdbd's number of the run "
                               "[FL-C102]");
    books.settle("7|0012|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|\n");
    EXPECT_EQ(books.settle("7|12|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|\n"), "0 1 0");
}

/// A dump of another cluster under this one's name, or of another zone.
TEST(Settle, OneJobsRunNeverCorrectsAnothers) {
    Books books;
    books.settle(run(1, "bio", 86'400));
    EXPECT_EQ(books.settle("8|1|cfd|n1|2026-06-01|2026-06-02|86400|COMPLETED|\n"
                           "7|1|cfd|n1|2026-06-01T01:00:00|2026-06-02T01:00:00|86400|COMPLETED|\n"),
              "0 0 0");
    ASSERT_EQ(books.errors.size(), 2u);
    EXPECT_EQ(books.errors[0],
              "d:2: job 8: run 1 of home is one of job 7 from 2026-06-01T00:00:00Z in the ledger, "
              "but from 2026-06-01T00:00:00Z here [FL-C304]");
    EXPECT_EQ(books.owes("bio"), day);
    EXPECT_EQ(books.owes("cfd"), 0);
}

TEST(Settle, NamesOfClustersAndAccountsAreSmall) {
    Books books;
    books.settle("7|1|Bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|Atlas\n");
    EXPECT_EQ(books.settle("7|1|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|atlas\n"), "0 1 0");
    EXPECT_EQ(books.owes("bio"), day);
    EXPECT_EQ(books.settle("7|1|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|a b\n"), "0 0 0");
    EXPECT_NE(books.errors.at(0).find("its cluster is 'a b'"), std::string::npos);
}

/// The rest of a dump's header is as it should be.
std::string header_error(const std::string& columns, std::string_view cluster = "home") {
    const TempFolder folder;
    Ledger ledger = Ledger::open(folder / "ledger.db").value();
    std::istringstream dump(columns + "\n");
    Pricer pricer(PriceBook::parse_csv(book_header + ",,,,,,,1,USD\n", "b").value(), {});
    const auto settled = cost::settle({dump, "d", cluster, Time{}}, Zone::find("UTC").value(),
                                      pricer, ledger, [](const Error&) {});
    return settled ? "" : to_string(settled.error());
}

TEST(Settle, ADumpSaysWhichClusterAndWhichRunAndHoldsNothingOfUsers) {
    const std::string columns = "JobIDRaw|DBIndex|NodeList|Start|End|ElapsedRaw|State";
    EXPECT_EQ(header_error(columns), "");
    EXPECT_EQ(header_error(columns + "|Cluster|AdminComment", ""), "");
    EXPECT_TRUE(header_error(columns, "")
                    .starts_with("d:1: the first line names no column "
                                 "Cluster; add it"));
    EXPECT_TRUE(header_error("JobIDRaw|NodeList|Start|End|State")
                    .starts_with("d:1: the first line names no column DBIndex"));
    EXPECT_TRUE(header_error("JobIDRaw|DBIndex|NodeList|Start|ElapsedRaw|State")
                    .starts_with("d:1: the first line names no column End"));
    EXPECT_TRUE(header_error("JobIDRaw|DBIndex|NodeList|Start|End")
                    .starts_with("d:1: the first line names no column State"));
    EXPECT_TRUE(header_error(columns + "|JobName|Comment")
                    .starts_with("d:1: users can write to jobname, comment"));
}

TEST(Settle, AnEndInTheFutureIsAnError) {
    Books books;
    EXPECT_EQ(books.settle(run(1, "bio", 86'400), "2026-06-01T23:54:59"), "0 0 0");
    EXPECT_NE(books.errors.at(0).find("job 7: it ends at 2026-06-02T00:00:00Z, but the dump was "
                                      "taken at 2026-06-01T23:54:59Z"),
              std::string::npos)
        << books.errors[0];
    EXPECT_EQ(books.ledger.watermark("home").value(), std::nullopt);
    EXPECT_EQ(books.settle(run(1, "bio", 86'400), "2026-06-01T23:55:00"), "1 0 0");
}

TEST(Settle, WhatIsTheSameIsPricedAnewOnlyWhereThatIsWanted) {
    Books books;
    books.settle(run(1, "bio", 86'400));
    books.price = "7.2";
    EXPECT_EQ(books.settle(run(1, "bio", 86'400) + run(2, "cfd", 86'400), "2027-01-02", {}, false),
              "1 1 0");
    EXPECT_EQ(books.owes("bio"), day);
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400), "2027-01-03", {}, false), "0 0 1")
        << "what changed is corrected";
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400), "2027-01-04"), "0 1 0");
}

TEST(Settle, TheWatermarkIsWhereTheDumpIsWholeIfThatIsKnown) {
    Books books;
    const Time july = read_time("2026-07-01").value();
    EXPECT_EQ(books.settle("", "2027-01-01", july), "0 0 0");
    EXPECT_EQ(books.ledger.settled_until().value(), july.time_since_epoch().count())
        << "without a run as well";
    EXPECT_EQ(books.settle("no run\n", "2027-01-01", july + std::chrono::days(1)), "0 0 0");
    EXPECT_EQ(books.ledger.settled_until().value(), july.time_since_epoch().count())
        << "not where a line was left out";
    books.settle(run(1, "bio", 86'400), "2027-01-01", july + std::chrono::days(2));
    EXPECT_EQ(books.ledger.settled_until().value(),
              (july + std::chrono::days(2)).time_since_epoch().count());
    EXPECT_EQ(books.ledger.first_end("home").value(), june + 86'400);
}

TEST(Settle, NoDayBehindOneWithALineThatIsLeftOutRaisesTheWatermark) {
    Books books;
    const auto day_of_june = [](int number) {
        return Time(std::chrono::seconds(june)) + std::chrono::days(number - 1);
    };
    const auto settle_day = [&](int number, const std::string& lines) {
        books.settle(lines, "2027-01-01", day_of_june(number + 1), true, day_of_june(number));
        const auto mark = books.ledger.asked_until("home").value();
        return mark ? show_time(Time(std::chrono::seconds(*mark))) : "none";
    };
    EXPECT_EQ(settle_day(3, ""), "none") << "nobody knows what was before";
    books.settle("", "2027-01-01", day_of_june(2));
    const std::string long_one = "7|1|bio|n1|2026-06-02|2026-06-05|259200|COMPLETED|\n";
    EXPECT_EQ(settle_day(2, long_one), "2026-06-03T00:00:00Z") << "not to the end of its last run";
    EXPECT_EQ(settle_day(3, "no run\n"), "2026-06-03T00:00:00Z");
    EXPECT_EQ(settle_day(4, ""), "2026-06-03T00:00:00Z");
    EXPECT_EQ(settle_day(3, ""), "2026-06-04T00:00:00Z") << "once it can be read";
    EXPECT_EQ(settle_day(4, ""), "2026-06-05T00:00:00Z");
}

TEST(Settle, TheWatermarkWaitsForRunsWithoutAPrice) {
    Books books;
    const std::string later =
        "9|3|bio|n1|2026-07-01T00:00:00|2026-07-02T00:00:00|86400|COMPLETED|\n";
    const std::string unpriced = "8|2|bio|n[1-|2026-06-09|2026-06-10|86400|COMPLETED|\n";
    books.settle(run(1, "bio", 86'400) + unpriced + later);
    const auto waits = read_time("2026-06-10")->time_since_epoch().count();
    EXPECT_EQ(books.ledger.watermark("home").value(), waits);
    books.settle(later);
    EXPECT_EQ(books.ledger.watermark("home").value(), waits) << "in a dump without it as well";
    EXPECT_EQ(books.ledger.asked_until("home").value(),
              read_time("2026-07-02")->time_since_epoch().count())
        << "which holds nothing up";
    EXPECT_EQ(books.ledger.waiting_days("home").value(), std::vector<std::int64_t>{waits});
    const auto waiting = books.ledger.waiting_runs("home").value();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting[0].job, "8");
    EXPECT_EQ(waiting[0].ended, waits);
    books.settle("8|2|bio|n1|2026-06-09|2026-06-10|86400|COMPLETED|\n", "2027-01-02");
    EXPECT_EQ(books.ledger.watermark("home").value(),
              read_time("2026-07-02")->time_since_epoch().count());
    EXPECT_TRUE(books.ledger.waiting_days("home").value().empty());
}

TEST(Settle, TheWatermarkStaysWhereALineCannotBeRead) {
    Books books;
    books.settle(run(1, "bio", 86'400) + "8|2|bio|n1|soon|2026-06-10|86400|COMPLETED|\n");
    EXPECT_EQ(books.ledger.watermark("home").value(), std::nullopt);
    books.settle(run(1, "bio", 86'400));
    EXPECT_NE(books.ledger.watermark("home").value(), std::nullopt);
}

TEST(Settle, AnOlderDumpUndoesNothing) {
    Books books;
    books.settle(run(1, "bio", 86'400), "2026-07-02");
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400), "2026-07-01"), "0 0 0 1");
    EXPECT_EQ(books.owes("bio"), day);
    books.settle(run(1, "bio", 86'400), "2026-07-04"); // seen again
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400), "2026-07-03"), "0 0 0 1");
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400), "2026-07-05"), "0 0 1");
    EXPECT_EQ(books.owes("cfd"), day);
}

TEST(Settle, OfTwoLinesOfADumpTheLaterEndCounts) {
    const std::string early = "7|1|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|\n";
    const std::string late = "7|1|bio|n1|2026-06-01|2026-06-03|172800|COMPLETED|\n";
    for (const std::string& dump : {early + late, late + early}) {
        Books books;
        books.settle(dump);
        EXPECT_EQ(books.owes("bio"), 2 * day);
        EXPECT_EQ(books.settle(dump), "0 1 0 1") << "again, it changes nothing";
        EXPECT_EQ(books.owes("bio"), 2 * day);
    }
}

TEST(Settle, RunsOfTwoClustersAreTwo) {
    Books books;
    EXPECT_EQ(books.settle("7|1|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|a\n"
                           "7|1|bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|b\n"),
              "2 0 0");
}

TEST(Settle, BadLinesAreNamedAndTheRestIsSettled) {
    Books books;
    EXPECT_EQ(books.settle("garbage\n" + run(1, "bio", 86'400) +
                           "8|2|bio|n[1-|2026-06-01|2026-06-02|86400|COMPLETED|\n"),
              "1 0 0");
    ASSERT_EQ(books.errors.size(), 2u);
    EXPECT_TRUE(books.errors[0].starts_with("d:2: ")) << books.errors[0];
    EXPECT_TRUE(books.errors[1].starts_with("d:4: job 8: NodeList")) << books.errors[1];
}

/// Dumps that contradict one another about the same runs, in any order, each any number of times.
TEST(Settle, AnyOrderOfContradictingDumpsGivesTheSameBalances) {
    std::mt19937 random(10);
    std::vector<std::pair<std::string, std::string>> dumps; // when, lines
    for (int i = 0; i < 12; ++i) {
        std::string lines;
        for (int n = 0; n < 20; ++n) {
            const auto seconds = 3600 * (1 + random() % 3);
            lines += fmt::format("7|{}|{}|n1|{}|{}|{}|COMPLETED|\n", 1 + random() % 6,
                                 random() % 2 == 0 ? "bio" : "cfd", june, june + 7200 + seconds,
                                 seconds);
        }
        dumps.emplace_back(fmt::format("2026-07-{:02}", 1 + random() % 4), lines);
    }
    Balances expected;
    for (int round = 0; round < 12; ++round) {
        Books books;
        for (int i = 0; i < 10; ++i) {
            const auto& [when, lines] = dumps[random() % dumps.size()];
            books.settle(lines, when);
        }
        std::ranges::shuffle(dumps, random);
        for (const auto& [when, lines] : dumps)
            books.settle(lines, when);
        if (round == 0)
            expected = books.ledger.balances().value();
        EXPECT_TRUE(books.ledger.balances().value() == expected);
        EXPECT_TRUE(books.errors.empty()) << books.errors.front();
    }
}

TEST(Settle, AnyOrderAndAnyReplayGiveTheSameBalances) {
    std::mt19937 random(9);
    std::vector<std::string> lines;
    for (int i = 0; i < 300; ++i)
        lines.push_back(
            run(i + 1, i % 3 == 0 ? "bio" : "cfd", 1 + static_cast<int>(random() % 86'400)));
    Balances expected;
    for (int round = 0; round < 4; ++round) {
        Books books;
        for (int part = 0; part < 4; ++part) {
            std::ranges::shuffle(lines, random);
            std::string some;
            for (std::size_t i = 0; i < (part < 3 ? 100u : lines.size()); ++i)
                some += lines[i];
            books.settle(some);
        }
        if (round == 0)
            expected = books.ledger.balances().value();
        EXPECT_TRUE(books.ledger.balances().value() == expected);
        EXPECT_EQ(books.ledger.verify()->entries,
                  std::ranges::count_if(lines, [](const std::string& line) {
                      return line.find("|86400|") != std::string::npos;
                  }) + 2 * std::ranges::count_if(lines, [](const std::string& line) {
                           return line.find("|86400|") == std::string::npos;
                       }));
    }
}

/// What each month has, of both accounts together.
std::map<std::string, std::int64_t> by_month(Ledger& ledger) {
    std::map<std::string, std::int64_t> months;
    EXPECT_TRUE(succeeds(ledger.sums(
        "", "9999", [&](const DaySum& sum) { months[sum.day.substr(0, 7)] += sum.amount.nanos; })));
    return months;
}

TEST(Settle, WhatComesTooLateForItsMonthCountsInTheFirstOpenOne) {
    Books books;
    books.settle(run(1, "bio", 86'400));
    const auto close = [&](const std::string& month) {
        return books.ledger.transaction([&] {
            return books.ledger.close({.month = month, .day = "2027-01-01", .author = "eva"});
        });
    };
    ASSERT_TRUE(succeeds(close("2026-06")));
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400) + run(2, "bio", 86'400)), "1 0 1");
    EXPECT_EQ(books.owes("bio"), day);
    EXPECT_EQ(books.owes("cfd"), day);
    EXPECT_EQ(by_month(books.ledger),
              (std::map<std::string, std::int64_t>{{"2026-06", day}, {"2026-07", day}}));
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400) + run(2, "bio", 86'400)), "0 2 0");
    ASSERT_TRUE(succeeds(close("2026-08")));
    EXPECT_EQ(books.settle(run(1, "cfd", 86'400) + run(2, "bio", 86'400)), "0 2 0")
        << "what was moved stays where it was moved to";
    EXPECT_EQ(books.settle(run(2, "cfd", 86'400)), "0 0 1");
    EXPECT_EQ(books.ledger.latest("home", "2")->front().period, "2026-09");
    EXPECT_EQ(books.ledger.latest("home", "2")->front().day, "2026-09-01");
    EXPECT_EQ(by_month(books.ledger)["2026-09"], 0);
    EXPECT_EQ(books.owes("cfd"), 2 * day);
}

TEST(Settle, ARunCountsOnTheDayThatItEndsOrTheLastOfTheMonth) {
    Books books;
    books.settle("7|1|bio|n1|2026-06-30T23:00:00|2026-07-02T02:00:00|97200|COMPLETED|\n"
                 "7|2|bio|n1|2026-06-10T23:00:00|2026-07-01T00:00:00|1731600|COMPLETED|\n");
    const auto first = books.ledger.latest("home", "1").value();
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].day, "2026-06-30");
    EXPECT_EQ(first[1].day, "2026-07-02");
    EXPECT_EQ(books.ledger.latest("home", "2")->back().day, "2026-06-30");
}

TEST(Settle, KnowsHowManyCpusAndGpusWereUsedForHowLong) {
    Pricer pricer(PriceBook::parse_csv(book_header + ",,,,,,,1,USD\n", "b").value(), std::nullopt);
    JobRun job{};
    job.job = "7";
    job.nodes = "n[1-2]";
    job.account = "bio";
    job.wckey = "*nih";
    job.qos = "low";
    job.alloc_tres = "cpu=96,gres/gpu=4,mem=8G,node=2";
    job.start = read_time("2026-06-30T23:00:00Z").value();
    job.elapsed = std::chrono::hours(3);
    const auto entries = entries_of(job, "home", "1", pricer).value();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].cpu_seconds, 96 * 3600);
    EXPECT_EQ(entries[1].cpu_seconds, 96 * 7200);
    EXPECT_EQ(entries[1].gpu_seconds, 4 * 7200);
    EXPECT_EQ(entries[0].wckey, "nih");
    EXPECT_EQ(entries[0].qos, "low");
}

TEST(Settle, AWorkloadKeyIsBelievedOnlyWhereSlurmEnforcesThem) {
    const std::string lines = "JobIDRaw|DBIndex|WCKey|NodeList|Start|End|State\n"
                              "7|1|nih|n1|2026-06-01|2026-06-02|COMPLETED\n";
    Books books;
    Pricer pricer(PriceBook::parse_csv(book_header + ",,,,,,,1,USD\n", "b").value(), std::nullopt);
    for (const bool enforced : {false, true}) {
        std::istringstream dump(lines);
        const auto settled =
            cost::settle({.dump = dump,
                          .name = "d",
                          .cluster = "home",
                          .seen = read_time("2027-01-01").value(),
                          .wckeys = enforced},
                         Zone::find("UTC").value(), pricer, books.ledger, [](const Error&) {});
        EXPECT_EQ(settled.has_value(), enforced);
    }
    EXPECT_EQ(books.ledger.latest("home", "1")->front().wckey, "nih");
}

TEST(Settle, ARunThatWasSettledWithoutAKeyGetsNoneOnceSlurmEnforcesThem) {
    Books books;
    std::string price = "1";
    const auto settle = [&](const std::string& column, const std::string& fields,
                            const std::string& state, const char* seen) {
        Pricer pricer(PriceBook::parse_csv(book_header + ",,,,,,," + price + ",USD\n", "b").value(),
                      std::nullopt);
        std::istringstream dump("JobIDRaw|DBIndex|NodeList|Start|End|State" + column +
                                "\n7|1|n1|2026-06-01|2026-06-02|" + state + fields + "\n");
        const auto settled =
            cost::settle({.dump = dump,
                          .name = "d",
                          .cluster = "home",
                          .seen = read_time(seen).value(),
                          .wckeys = true},
                         Zone::find("UTC").value(), pricer, books.ledger, [](const Error&) {});
        EXPECT_TRUE(succeeds(settled));
        const Entry entry = books.ledger.latest("home", "1")->front();
        return fmt::format("{} {} {}", settled->corrected, entry.wckey, entry.amount.nanos);
    };
    EXPECT_EQ(settle("", "", "FAILED", "2027-01-01"), "0  24000000000");
    EXPECT_EQ(settle("|WCKey", "|nih", "FAILED", "2027-01-02"), "0  24000000000")
        << "its user wrote it";
    price = "2";
    EXPECT_EQ(settle("|WCKey", "|nih", "FAILED", "2027-01-03"), "1  48000000000");
    EXPECT_EQ(settle("|WCKey", "|nih", "COMPLETED", "2027-01-04"), "1 nih 48000000000")
        << "what is told otherwise is told anew";
    EXPECT_EQ(settle("|WCKey", "|nsf", "COMPLETED", "2027-01-05"), "1 nsf 48000000000");
}

} // namespace cost_settle_test
} // namespace fairlead::cost
