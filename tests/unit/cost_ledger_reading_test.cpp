#include "cost_books.hpp"
#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_ledger_reading_test {

using test::add;
using test::fails_with;
using test::run_entry;
using test::succeeds;

using LedgerReading = test::Books;

Closing june() {
    return {.month = "2026-06", .day = "2026-07-02", .author = "eva", .groups = "who pays"};
}

Result<void> close(Ledger& ledger, const Closing& closing) {
    return ledger.transaction([&] { return ledger.close(closing); });
}

TEST_F(LedgerReading, EntriesComeInTheirOrderWithTheirNumbers) {
    Ledger ledger = opened();
    Entry move = run_entry("adjustment 3", 2);
    move.kind = "adjustment";
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5, "2026-06-12"), run_entry("2", 7), move,
                                      run_entry("4", 1, "2026-06-13")})));
    std::vector<std::int64_t> numbers, moves;
    std::vector<Entry> found;
    ASSERT_TRUE(succeeds(ledger.entries("2026-06-01", "2026-06-13", [&](auto id, const Entry& e) {
        numbers.push_back(id);
        found.push_back(e);
    })));
    EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(found.front(), run_entry("1", 5, "2026-06-12"));
    ASSERT_TRUE(succeeds(ledger.adjustments("2026-06-01", "2026-07-01",
                                            [&](auto id, const Entry&) { moves.push_back(id); })));
    EXPECT_EQ(moves, (std::vector<std::int64_t>{3}));
}

TEST_F(LedgerReading, TheHeadIsTheLastChecksum) {
    Ledger ledger = opened();
    EXPECT_EQ(ledger.head()->entries, 0);
    EXPECT_EQ(ledger.head()->head, "");
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5), run_entry("2", 7)})));
    EXPECT_EQ(ledger.head()->entries, 2);
    EXPECT_EQ(ledger.head()->head, ledger.verify()->head);
}

TEST_F(LedgerReading, AClosedMonthTakesNothingMoreAndNeitherDoThoseBefore) {
    Ledger ledger = opened();
    EXPECT_EQ(ledger.closed_through().value(), std::nullopt);
    ASSERT_TRUE(succeeds(close(ledger, june())));
    EXPECT_EQ(ledger.closed_through().value(), "2026-06");
    for (const char* day : {"2026-06-30", "2026-05-01"})
        EXPECT_TRUE(fails_with(add(ledger, {run_entry("1", 5, day)}), Code::C305, "2026-06"));
    EXPECT_TRUE(fails_with(close(ledger, june()), Code::C305));
    EXPECT_TRUE(succeeds(add(ledger, {run_entry("1", 5, "2026-07-01")})));
    EXPECT_TRUE(succeeds(ledger.verify()));
}

TEST_F(LedgerReading, AClosingKeepsWhatWasTrueThen) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5)})));
    ASSERT_TRUE(succeeds(close(ledger, june())));
    const std::string head = ledger.head()->head;
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("2", 5, "2026-07-01")})));
    const auto closings = ledger.closings().value();
    ASSERT_EQ(closings.size(), 1u);
    Closing expected = june();
    expected.entry = 2;
    expected.head = head;
    EXPECT_EQ(closings[0], expected);
}

TEST_F(LedgerReading, IsSettledUpToWhereTheLastOfAllClustersIs) {
    Ledger ledger = opened();
    EXPECT_EQ(ledger.settled_until().value(), std::nullopt);
    ASSERT_TRUE(succeeds(ledger.raise_watermark("atlas", 200)));
    ASSERT_TRUE(succeeds(ledger.raise_watermark("borea", 100)));
    EXPECT_EQ(ledger.settled_until().value(), 100);
    ASSERT_TRUE(
        succeeds(ledger.observe({.cluster = "atlas", .run = "1", .ended = 90, .priced = false})));
    EXPECT_EQ(ledger.settled_until().value(), 90);
    EXPECT_EQ(ledger.waiting(0, 91).value(), 1);
    EXPECT_EQ(ledger.waiting(0, 90).value(), 0);
}

TEST_F(LedgerReading, IsOfOneMomentWithinReading) {
    Ledger ledger = opened(), other = opened();
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5)})));
    const auto done = ledger.reading([&]() -> Result<void> {
        EXPECT_EQ(ledger.head()->entries, 1);
        return fail(Code::C401, "told on");
    });
    EXPECT_TRUE(fails_with(done, Code::C401, "told on"));
    EXPECT_TRUE(succeeds(add(other, {run_entry("2", 5)}))) << "it holds no lock any more";
}

TEST_F(LedgerReading, RemembersWhatWasTold) {
    Ledger ledger = opened();
    EXPECT_FALSE(ledger.alerted("bio", "2026-06-01", 80).value());
    for (int again = 0; again < 2; ++again)
        ASSERT_TRUE(succeeds(ledger.note_alert("bio", "2026-06-01", 80)));
    EXPECT_TRUE(ledger.alerted("bio", "2026-06-01", 80).value());
    EXPECT_FALSE(ledger.alerted("bio", "2026-06-01", 100).value());
    EXPECT_FALSE(ledger.alerted("bio", "2026-07-01", 80).value());
    EXPECT_FALSE(ledger.alerted("cfd", "2026-06-01", 80).value());
}

TEST_F(LedgerReading, RemembersWhatWasSent) {
    Ledger ledger = opened();
    EXPECT_FALSE(ledger.delivered("group bio 2026-06", "ada@north.example").value());
    for (int again = 0; again < 2; ++again)
        ASSERT_TRUE(succeeds(ledger.note_delivery("group bio 2026-06", "ada@north.example")));
    EXPECT_TRUE(ledger.delivered("group bio 2026-06", "ada@north.example").value());
    EXPECT_FALSE(ledger.delivered("group bio 2026-07", "ada@north.example").value());
    EXPECT_FALSE(ledger.delivered("group bio 2026-06", "ben@north.example").value());
}

} // namespace cost_ledger_reading_test
} // namespace fairlead::cost
