#include "cost/close.hpp"

#include "cost_books.hpp"
#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_close_test {

using test::add;
using test::fails_with;
using test::run_entry;
using test::succeeds;

constexpr const char* groups_file = R"(schema: fairlead.groups/1
groups: {bio: {university: north, accounts: [bio], grants: {A: 60, B: 40}}}
grants:
  A: {start: 2026-01-01, end: 2026-12-31}
  B: {start: 2026-01-01, end: 2026-12-31}
universities: {north: {}}
)";

Time at(std::string_view text) { return read_time(text).value(); }

class CloseTest : public test::Books {
  protected:
    Groups groups = parse_groups(groups_file, "g").value();
    Move move{.from = "grant:A",
              .to = "grant:B",
              .amount = {5},
              .day = at("2026-07-03"),
              .reason = "M\xc3\xbcller's key",
              .author = "eva"};
};

TEST_F(CloseTest, AMonthIsClosedWhenItIsOver) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5)})));
    EXPECT_TRUE(fails_with(close_month(ledger, "2026-06", at("2026-06-30T23:59:59Z"), "eva", "x"),
                           Code::C305, "before it is over"));
    const auto closing = close_month(ledger, "2026-06", at("2026-07-01"), "eva", groups_file);
    ASSERT_TRUE(succeeds(closing));
    EXPECT_EQ(closing->month, "2026-06");
    EXPECT_EQ(closing->head, ledger.head()->head);
    EXPECT_EQ(closing->groups, groups_file);
    EXPECT_TRUE(fails_with(close_month(ledger, "2026-06", at("2026-08-01"), "eva", "x"), Code::C305,
                           "2026-06 is closed"));
    EXPECT_TRUE(fails_with(close_month(ledger, "2026-05", at("2026-08-01"), "eva", "x"), Code::C305,
                           "as all up to 2026-06"));
    EXPECT_TRUE(fails_with(close_month(ledger, "June", at("2026-08-01"), "eva", "x"), Code::X301));
    EXPECT_TRUE(fails_with(close_month(ledger, "2026-07", at("2026-08-01"), "", "x"), Code::C306,
                           "no author"));
}

TEST_F(CloseTest, NoMonthIsClosedWithRunsThatWaitForAPrice) {
    Ledger ledger = opened();
    const auto end = at("2026-07-01").time_since_epoch().count();
    ASSERT_TRUE(succeeds(
        ledger.observe({.cluster = "atlas", .run = "1", .ended = end - 1, .priced = false})));
    ASSERT_TRUE(
        succeeds(ledger.observe({.cluster = "atlas", .run = "2", .ended = end, .priced = false})));
    EXPECT_TRUE(fails_with(close_month(ledger, "2026-06", at("2026-07-02"), "eva", groups_file),
                           Code::C305, "1 runs that ended before 2026-07-01T00:00:00Z"));
    ASSERT_TRUE(succeeds(ledger.raise_watermark("atlas", end)));
    EXPECT_TRUE(succeeds(close_month(ledger, "2026-05", at("2026-07-02"), "eva", groups_file)));
}

TEST_F(CloseTest, NoMonthIsClosedBeforeAllOfItIsSettled) {
    Ledger ledger = opened();
    const auto end = at("2026-07-01").time_since_epoch().count();
    ASSERT_TRUE(succeeds(ledger.raise_watermark("atlas", end)));
    ASSERT_TRUE(succeeds(ledger.raise_watermark("borea", end - 1)));
    ASSERT_TRUE(succeeds(ledger.observe({.cluster = "carme", .run = "1", .ended = end - 5})));
    EXPECT_TRUE(fails_with(close_month(ledger, "2026-06", at("2026-07-02"), "eva", groups_file),
                           Code::C305, "lines of carme were left out"));
    ASSERT_TRUE(succeeds(ledger.raise_watermark("carme", end)));
    EXPECT_TRUE(fails_with(close_month(ledger, "2026-06", at("2026-07-02"), "eva", groups_file),
                           Code::C305, "settled up to 2026-06-30T23:59:59Z only"));
    ASSERT_TRUE(succeeds(ledger.raise_watermark("borea", end)));
    EXPECT_TRUE(succeeds(close_month(ledger, "2026-06", at("2026-07-02"), "eva", groups_file)));
}

TEST_F(CloseTest, AMoveIsAnEntryWithReasonAndAuthor) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {run_entry("1", 5)})));
    const auto entry = adjust(ledger, groups, move);
    ASSERT_TRUE(succeeds(entry));
    EXPECT_EQ(entry->run, "adjustment 2");
    EXPECT_EQ(ledger.latest("", "adjustment 2").value(), (std::vector<Entry>{*entry}));
    EXPECT_EQ(entry->kind, "adjustment");
    EXPECT_EQ(entry->period, "2026-07");
    EXPECT_EQ(entry->debit, "grant:B");
    EXPECT_EQ(entry->credit, "grant:A");
    EXPECT_EQ(entry->note, "M\xc3\xbcller's key");
    ASSERT_TRUE(succeeds(adjust(ledger, groups, move))) << "the same again is another";
    EXPECT_TRUE(succeeds(ledger.verify()));
}

TEST_F(CloseTest, WhatIsNotKnownOrLacksAReasonIsRefused) {
    Ledger ledger = opened();
    const auto refused = [&](const auto& change, std::string_view why) {
        Move wrong = move;
        change(wrong);
        EXPECT_TRUE(fails_with(adjust(ledger, groups, wrong), Code::C306, why));
    };
    refused([](Move& m) { m.to = "grant:C"; }, "'grant:C' is not known");
    refused([](Move& m) { m.from = "account:cfd"; }, "'account:cfd' is not known");
    refused([](Move& m) { m.from = "bio"; }, "'bio' is not known");
    refused([](Move& m) { m.from = "instances"; }, "not known");
    refused([](Move& m) { m.to = m.from; }, "both");
    refused([](Move& m) { m.amount = {0}; }, "more than 0");
    refused([](Move& m) { m.reason = ""; }, "no reason");
    refused([](Move& m) { m.reason = "a\nb"; }, "control character");
    refused([](Move& m) { m.author = " "; }, "no author");
    EXPECT_EQ(ledger.head()->entries, 0);
    for (const char* payer : {"account:bio", "group:bio", "university:north", "grant:A"})
        EXPECT_TRUE(succeeds(check_payer(groups, payer))) << payer;
}

TEST_F(CloseTest, NothingMovesInAClosedMonth) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(close_month(ledger, "2026-07", at("2026-08-01"), "eva", groups_file)));
    EXPECT_TRUE(fails_with(adjust(ledger, groups, move), Code::C305, "2026-07"));
    move.day = at("2026-08-01");
    EXPECT_TRUE(succeeds(adjust(ledger, groups, move)));
}

} // namespace cost_close_test
} // namespace fairlead::cost
