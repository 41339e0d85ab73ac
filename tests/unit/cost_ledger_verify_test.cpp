#include "cost_books.hpp"
#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_ledger_verify_test {

using test::add;
using test::behind_its_back;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

Entry entry(const std::string& run, std::int64_t nanos) { return test::run_entry(run, nanos); }

class LedgerVerify : public test::Books {
  protected:
    /// With all traces but in the chain.
    void cut_off_the_second() {
        behind_its_back(file, "DROP TRIGGER entry_is_kept");
        behind_its_back(file, "DELETE FROM entry WHERE id = 2");
        behind_its_back(file, "UPDATE day_sum SET nanos = 5, runs = 1, node_seconds = 3600");
    }
};

TEST_F(LedgerVerify, AChangeBehindItsBackIsFound) {
    const char* changes[] = {"UPDATE entry SET nanos = nanos + 1 WHERE id = 2",
                             "UPDATE entry SET debit = 'account:cfd' WHERE id = 2",
                             "UPDATE entry SET user = user || part, part = '' WHERE id = 2",
                             "UPDATE entry SET checksum = lower(hex(randomblob(32))) WHERE id = 3",
                             "DELETE FROM entry WHERE id = 2",
                             "DELETE FROM entry WHERE id = 1",
                             "UPDATE entry SET id = 9 WHERE id = 3",
                             "UPDATE entry SET day = '2026-06-11' WHERE id = 2",
                             "UPDATE entry SET note = 'x' WHERE id = 2",
                             "UPDATE entry SET cpu_seconds = 1 WHERE id = 2",
                             "UPDATE day_sum SET nanos = nanos + 1",
                             "UPDATE day_sum SET runs = 2",
                             "UPDATE day_sum SET payer = 'account:cfd'",
                             "DELETE FROM day_sum",
                             "INSERT INTO closing VALUES ('2026-05', 1, '')"};
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

TEST_F(LedgerVerify, AnEndThatIsCutOffShowsInTheHead) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5), entry("2", 5)})));
    const std::string head = ledger.verify()->head;
    cut_off_the_second();
    EXPECT_NE(ledger.verify()->head, head);
}

TEST_F(LedgerVerify, AChecksumThatWasNotedIsLookedFor) {
    Ledger ledger = opened();
    ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5)})));
    const std::string first = ledger.verify()->head;
    ASSERT_TRUE(succeeds(add(ledger, {entry("2", 5)})));
    const std::string second = ledger.verify(first)->head;
    EXPECT_EQ(ledger.verify(first)->noted, 1);
    EXPECT_EQ(ledger.verify(second)->noted, 2);
    EXPECT_EQ(ledger.verify()->noted, std::nullopt);
    cut_off_the_second();
    EXPECT_TRUE(succeeds(ledger.verify(first)));
    EXPECT_TRUE(fails_with(ledger.verify(second), Code::C301, "its end was cut off"));
}

TEST_F(LedgerVerify, HowAMonthWasClosedIsChecked) {
    for (const char* change :
         {"UPDATE closing SET groups_text = 'other'", "DELETE FROM closing",
          "UPDATE closing SET month = '2026-07'", "UPDATE closing SET entry = 1"}) {
        const TempFolder other;
        const auto path = other / "ledger.db";
        auto ledger = Ledger::open(path).value();
        ASSERT_TRUE(succeeds(add(ledger, {entry("1", 5)})));
        ASSERT_TRUE(succeeds(ledger.transaction([&] {
            return ledger.close({.month = "2026-06",
                                 .day = "2026-07-02",
                                 .author = "eva",
                                 .groups = "schema: fairlead.groups/1"});
        })));
        ASSERT_TRUE(succeeds(ledger.verify()));
        behind_its_back(path, change);
        EXPECT_TRUE(fails_with(ledger.verify(), Code::C301, "close")) << change;
    }
}

} // namespace cost_ledger_verify_test
} // namespace fairlead::cost
