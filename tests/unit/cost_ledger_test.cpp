#include "cost/ledger.hpp"

#include "cost_books.hpp"
#include "expect_error.hpp"

#include <array>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <thread>

namespace fairlead::cost {
namespace cost_ledger_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

using test::add;
using test::behind_its_back;

Entry entry(const std::string& run, std::int64_t nanos) { return test::run_entry(run, nanos); }

using LedgerTest = test::Books;

TEST_F(LedgerTest, IsForItsOwnerAlone) {
    const Ledger ledger = opened();
    EXPECT_EQ(test::mode_of(file), 0600u);
}

TEST_F(LedgerTest, KeepsWhatWasEntered) {
    {
        Ledger ledger = opened();
        ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5), entry("2", -7)})));
    }
    Ledger ledger = opened();
    EXPECT_EQ(ledger.latest("atlas", "1").value(), (std::vector<Entry>{entry("1", 5)}));
    EXPECT_EQ(ledger.latest("atlas", "2").value(), (std::vector<Entry>{entry("2", -7)}));
    EXPECT_TRUE(ledger.latest("atlas", "3")->empty());
    EXPECT_TRUE(ledger.latest("other", "1")->empty());
    const auto verified = ledger.verify();
    ASSERT_TRUE(succeeds(verified));
    EXPECT_EQ(verified->entries, 2);
    EXPECT_EQ(verified->head.size(), 64u);
}

TEST_F(LedgerTest, KeepsTextsAsTheyAre) {
    Ledger ledger = opened();
    Entry odd = entry("1", 5);
    odd.user = "o'brien\"; DROP TABLE entry; --";
    odd.job = "\xc3\xbc:1";
    ASSERT_TRUE(succeeds(add(ledger, {odd})));
    EXPECT_EQ(ledger.latest("atlas", "1").value(), (std::vector<Entry>{odd}));
    EXPECT_TRUE(succeeds(ledger.verify()));
}

TEST_F(LedgerTest, AccountsSumToZero) {
    Ledger ledger = opened();
    Entry other = entry("2", 9);
    other.debit = "account:cfd";
    Entry euro = entry("3", 4);
    euro.currency = "EUR";
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5), other, euro})));
    const auto balances = ledger.balances().value();
    EXPECT_TRUE(balances.at({"account:bio", "USD"}) == 5);
    EXPECT_TRUE(balances.at({"account:cfd", "USD"}) == 9);
    EXPECT_TRUE(balances.at({"instances", "USD"}) == -14);
    EXPECT_TRUE(balances.at({"instances", "EUR"}) == -4);
}

TEST_F(LedgerTest, TheLatestRevisionCountsWithoutItsReversals) {
    Ledger ledger = opened();
    Entry back = entry("1", -5), anew = entry("1", 6);
    back.kind = "-run";
    back.revision = anew.revision = 2;
    anew.line = 1;
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5), back, anew})));
    EXPECT_EQ(ledger.latest("atlas", "1").value(), (std::vector<Entry>{anew}));
}

TEST_F(LedgerTest, RefusesTheSameLineTwiceAndKeepsNothingOfTheTransaction) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5)})));
    EXPECT_TRUE(fails_with(add(ledger, {entry("2", 5), entry("1", 5)}), Code::C304, "run 1"));
    EXPECT_TRUE(ledger.latest("atlas", "2")->empty());
    EXPECT_EQ(ledger.verify()->entries, 1);
    ASSERT_TRUE(succeeds(add(ledger, {entry("2", 5)}))) << "it goes on";
    EXPECT_TRUE(succeeds(ledger.verify()));
}

TEST_F(LedgerTest, EntriesAreNeitherChangedNorRemoved) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5)})));
    EXPECT_THROW(behind_its_back(file, "UPDATE entry SET nanos = 1"), soci::soci_error);
    EXPECT_THROW(behind_its_back(file, "DELETE FROM entry"), soci::soci_error);
}

TEST_F(LedgerTest, NothingFollowsAnEntryWithoutAChecksum) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5)})));
    behind_its_back(file, "DROP TRIGGER entry_stays");
    behind_its_back(file, "UPDATE entry SET checksum = ''");
    EXPECT_TRUE(fails_with(add(ledger, {entry("2", 5)}), Code::C301, "entry 1 has no checksum"));
    EXPECT_TRUE(fails_with(ledger.verify(), Code::C301, "entry 1"));
}

TEST_F(LedgerTest, ReadingMakesNothingAndChangesNothing) {
    EXPECT_TRUE(fails_with(Ledger::open_to_read(file), Code::C302, "No such file"));
    EXPECT_FALSE(std::filesystem::exists(file));
    {
        Ledger ledger = opened();
        ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5)})));
    }
    const std::string before = test::content_of(file);
    auto reader = Ledger::open_to_read(file);
    ASSERT_TRUE(succeeds(reader));
    EXPECT_EQ(reader->verify()->entries, 1);
    EXPECT_TRUE(fails_with(add(*reader, {entry("2", 5)}), Code::C302));
    EXPECT_EQ(test::content_of(file), before);
    const auto empty = folder.write("empty", "");
    ASSERT_EQ(::chmod(empty.c_str(), 0600), 0);
    EXPECT_TRUE(fails_with(Ledger::open_to_read(empty), Code::C302, "there is no ledger in it"));
    EXPECT_EQ(test::content_of(empty), "");
}

TEST_F(LedgerTest, IsRefusedWhereOthersCanUseIt) {
    {
        opened();
    }
    for (const mode_t mode : {0644u, 0660u, 0602u}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        EXPECT_TRUE(fails_with(Ledger::open(file), Code::C302, "others than its owner"));
        EXPECT_TRUE(fails_with(Ledger::open_to_read(file), Code::C302, "others than its owner"));
    }
    ASSERT_EQ(::chmod(file.c_str(), 0400), 0);
    EXPECT_TRUE(succeeds(Ledger::open_to_read(file)));
}

TEST_F(LedgerTest, RemembersTheNewestThatWasSeenOfARun) {
    Ledger ledger = opened();
    Observation seen{.cluster = "atlas",
                     .run = "1",
                     .job = "7",
                     .started = 1,
                     .seen = 4,
                     .ended = 3,
                     .digest = "a",
                     .priced = false};
    EXPECT_EQ(ledger.observed("atlas", "1").value(), std::nullopt);
    ASSERT_TRUE(succeeds(ledger.observe(seen)));
    EXPECT_EQ(ledger.observed("atlas", "1").value(), seen);
    seen.digest = "b";
    seen.priced = true;
    ASSERT_TRUE(succeeds(ledger.observe(seen)));
    EXPECT_EQ(ledger.observed("atlas", "1").value(), seen);
    EXPECT_EQ(ledger.observed("other", "1").value(), std::nullopt);
}

TEST_F(LedgerTest, ManyThatMakeItAtOnceFindOne) {
    for (int round = 0; round < 5; ++round) {
        const auto path = folder / fmt::format("{}.db", round);
        std::array<std::string, 6> said;
        std::vector<std::jthread> threads;
        for (std::string& mine : said)
            threads.emplace_back([&mine, &path] {
                auto ledger = Ledger::open(path);
                mine = ledger ? "" : to_string(ledger.error());
            });
        threads.clear();
        for (const std::string& mine : said)
            EXPECT_EQ(mine, "");
    }
}

TEST_F(LedgerTest, TheWatermarkOnlyRises) {
    Ledger ledger = opened();
    EXPECT_EQ(ledger.watermark("atlas").value(), std::nullopt);
    for (const std::int64_t end : {100, 200, 150})
        ASSERT_TRUE(succeeds(ledger.raise_watermark("atlas", end)));
    EXPECT_EQ(ledger.watermark("atlas").value(), 200);
    EXPECT_EQ(ledger.watermark("other").value(), std::nullopt);
}

TEST_F(LedgerTest, OfANewerReleaseIsLeftAlone) {
    {
        opened();
    }
    behind_its_back(file, "PRAGMA user_version = 99");
    EXPECT_TRUE(fails_with(Ledger::open(file), Code::C303, "version 99"));
}

TEST_F(LedgerTest, WhatIsNoDatabaseIsRefused) {
    const auto text = folder.write("text", std::string(4096, 'x'));
    ASSERT_EQ(::chmod(text.c_str(), 0600), 0);
    EXPECT_TRUE(fails_with(Ledger::open(text), Code::C302, "not a database"));
    EXPECT_TRUE(fails_with(Ledger::open_to_read(text), Code::C302, "not a database"));
    EXPECT_TRUE(fails_with(Ledger::open(folder / "none/ledger.db"), Code::C302));
    EXPECT_TRUE(fails_with(Ledger::open(folder.path()), Code::C302));
}

TEST_F(LedgerTest, NeedsATransactionToAdd) {
    Ledger ledger = opened();
    EXPECT_TRUE(fails_with(ledger.append(entry("1", 5)), Code::C302, "outside of a transaction"));
}

} // namespace cost_ledger_test
} // namespace fairlead::cost
