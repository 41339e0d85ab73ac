#include "cost/ledger.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace fairlead::cost {
namespace {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

Entry entry(const std::string& run, std::int64_t nanos) {
    return {.cluster = "atlas",
            .run = run,
            .kind = "run",
            .period = "2026-06",
            .debit = "account:bio",
            .credit = "instances",
            .currency = "USD",
            .amount = {nanos},
            .job = "4711",
            .user = "ada",
            .partition = "cpu",
            .state = "COMPLETED",
            .instance_type = "c7a.large",
            .purchase = "spot",
            .node_seconds = 3600};
}

Result<void> add(Ledger& ledger, const std::vector<Entry>& entries) {
    return ledger.transaction([&]() -> Result<void> {
        for (const Entry& each : entries)
            if (auto done = ledger.append(each); !done)
                return done;
        return {};
    });
}

/// SQL past the ledger, as somebody with the file could run it.
void behind_its_back(const std::filesystem::path& file, const std::string& statement) {
    soci::session sql(soci::sqlite3, "dbname=" + file.native());
    sql << statement;
}

class LedgerTest : public testing::Test {
  protected:
    TempFolder folder;
    std::filesystem::path file = folder / "ledger.db";

    Ledger opened() {
        auto ledger = Ledger::open(file);
        EXPECT_TRUE(succeeds(ledger));
        return std::move(*ledger);
    }
};

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

TEST_F(LedgerTest, AChangeBehindItsBackIsFound) {
    const char* changes[] = {"UPDATE entry SET nanos = nanos + 1 WHERE id = 2",
                             "UPDATE entry SET debit = 'account:cfd' WHERE id = 2",
                             "UPDATE entry SET user = user || part, part = '' WHERE id = 2",
                             "UPDATE entry SET checksum = lower(hex(randomblob(32))) WHERE id = 3",
                             "DELETE FROM entry WHERE id = 2",
                             "DELETE FROM entry WHERE id = 1",
                             "UPDATE entry SET id = 9 WHERE id = 3"};
    for (const char* change : changes) {
        const TempFolder other;
        const auto path = other / "ledger.db";
        auto ledger = Ledger::open(path);
        ASSERT_TRUE(succeeds(ledger));
        ASSERT_TRUE(succeeds(add(*ledger, {entry("1", 5), entry("2", 5), entry("3", 5)})));
        behind_its_back(path, "DROP TRIGGER entry_stays");
        behind_its_back(path, "DROP TRIGGER entry_is_kept");
        behind_its_back(path, change);
        EXPECT_TRUE(fails_with(ledger->verify(), Code::C301)) << change;
    }
}

TEST_F(LedgerTest, AnEndThatIsCutOffShowsInTheHead) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5), entry("2", 5)})));
    const std::string head = ledger.verify()->head;
    behind_its_back(file, "DROP TRIGGER entry_is_kept");
    behind_its_back(file, "DELETE FROM entry WHERE id = 2");
    EXPECT_NE(ledger.verify()->head, head);
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
    EXPECT_TRUE(fails_with(Ledger::open(folder.write("text", std::string(4096, 'x'))), Code::C302));
    EXPECT_TRUE(fails_with(Ledger::open(folder / "none/ledger.db"), Code::C302));
    EXPECT_TRUE(fails_with(Ledger::open(folder.path()), Code::C302));
}

TEST_F(LedgerTest, NeedsATransactionToAdd) {
    Ledger ledger = opened();
    EXPECT_TRUE(fails_with(ledger.append(entry("1", 5)), Code::C302, "outside of a transaction"));
}

} // namespace
} // namespace fairlead::cost
