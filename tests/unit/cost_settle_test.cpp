#include "cost/settle.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace fairlead::cost {
namespace {

using test::succeeds;
using test::TempFolder;

const std::string header = "JobIDRaw|DBIndex|Account|NodeList|Start|End|ElapsedRaw|State|Cluster\n";

/// A ledger of its own, and a price of 3.60 an hour.
struct Books {
    TempFolder folder{};
    Ledger ledger = Ledger::open(folder / "ledger.db").value();
    std::string price = "3.6";
    std::vector<std::string> errors{};

    std::string settle(const std::string& lines) {
        std::istringstream dump(header + lines);
        Pricer pricer(
            PriceBook::parse_csv("region,az,instance_type,os,purchase,valid_from,valid_to,"
                                 "price_per_hour,currency\n,,,,,,," +
                                     price + ",USD\n",
                                 "b")
                .value(),
            std::nullopt);
        const auto settled =
            cost::settle(dump, "d", "home", Zone::find("UTC").value(), pricer, ledger,
                         [&](const Error& error) { errors.push_back(to_string(error)); });
        EXPECT_TRUE(succeeds(settled));
        EXPECT_TRUE(succeeds(ledger.verify()));
        return settled ? fmt::format("{} {} {}", settled->fresh, settled->same, settled->corrected)
                       : "";
    }

    std::int64_t owes(const std::string& account) {
        const auto balances = ledger.balances().value();
        const auto found = balances.find({"account:" + account, "USD"});
        return found == balances.end() ? 0 : static_cast<std::int64_t>(found->second);
    }
};

std::string run(int number, const std::string& account, int seconds,
                const std::string& state = "COMPLETED") {
    return fmt::format("7|{}|{}|n1|2026-06-01T00:00:00|2026-06-02T00:00:00|{}|{}|\n", number,
                       account, seconds, state);
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
    EXPECT_EQ(entries[0].node_seconds, 21'600) << "of the whole run";
    EXPECT_EQ(entries[1].period, "2026-07");
    EXPECT_EQ(entries[1].amount.nanos, 14'400 * second);
    EXPECT_EQ(entries[1].node_seconds, 0);
}

TEST(Settle, RunsThatGoOnWait) {
    Books books;
    EXPECT_EQ(books.settle("7|1|bio|n1|2026-06-01T00:00:00|Unknown|3600|RUNNING|\n"), "0 0 0");
    EXPECT_EQ(books.ledger.watermark("home").value(), std::nullopt);
    EXPECT_EQ(books.settle(run(1, "bio", 86'400)), "1 0 0");
    EXPECT_EQ(books.ledger.watermark("home").value(),
              read_time("2026-06-02")->time_since_epoch().count());
}

TEST(Settle, ARunWithoutANumberIsKnownByJobAndStart) {
    Books books;
    const std::string one = "7||bio|n1|2026-06-01|2026-06-02|86400|COMPLETED|\n";
    const std::string requeued = "7||bio|n1|2026-06-03|2026-06-04|86400|COMPLETED|\n";
    EXPECT_EQ(books.settle(one + requeued + one), "2 1 0");
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

TEST(Settle, AnyOrderAndAnyReplayGiveTheSameBalances) {
    std::mt19937 random(9);
    std::vector<std::string> lines;
    for (int i = 0; i < 300; ++i)
        lines.push_back(
            run(i, i % 3 == 0 ? "bio" : "cfd", 1 + static_cast<int>(random() % 86'400)));
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

} // namespace
} // namespace fairlead::cost
