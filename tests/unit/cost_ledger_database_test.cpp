#include "cost/ledger_database.hpp"

#include "cost_books.hpp"
#include "expect_error.hpp"

namespace fairlead::cost {
namespace cost_ledger_database_test {

using test::fails_with;

using LedgerDatabaseTest = test::Books;

TEST_F(LedgerDatabaseTest, APasswordIsNotTakenFromACommandLine) {
    EXPECT_TRUE(fails_with(Ledger::open("mysql://db=x password=secret"), Code::C302, "mode 0600"));
    EXPECT_TRUE(fails_with(Ledger::open_to_read("mysql://pass=secret db=x"), Code::C302, "0600"));
}

TEST_F(LedgerDatabaseTest, AFileMayHoldAConnectionAndIsForItsOwnerAlone) {
    const auto named =
        folder.write("connection", "mysql://db=x password=secret unix_socket=" + file.native());
    EXPECT_TRUE(fails_with(Ledger::open(named), Code::C302, "others than its owner"));
    ASSERT_EQ(::chmod(named.c_str(), 0600), 0);
    const auto refused = Ledger::open(named);
    EXPECT_TRUE(fails_with(refused, Code::C302, "connect"));
    EXPECT_EQ(to_string(refused.error()).find("secret"), std::string::npos);
}

TEST_F(LedgerDatabaseTest, TablesOfAReleaseThatNeverWasAreNotGuessedAt) {
    {
        opened();
    }
    test::behind_its_back(file, "PRAGMA user_version = 1");
    EXPECT_TRUE(fails_with(Ledger::open(file), Code::C303, "version 1"));
    EXPECT_TRUE(fails_with(Ledger::open_to_read(file), Code::C303, "version 1"));
}

TEST_F(LedgerDatabaseTest, TablesOfVersionsBeforeAreBroughtUp) {
    const Entry entry{.run = "1", .kind = "run", .period = "2026-06", .day = "2026-06-30"};
    {
        Ledger ledger = opened();
        ASSERT_TRUE(ledger.transaction([&] { return ledger.append(entry); }));
    }
    test::behind_its_back(file, "ALTER TABLE entry DROP COLUMN region");
    test::behind_its_back(file, "PRAGMA user_version = 3");
    EXPECT_EQ(opened().latest("", "1").value(), std::vector{entry});
    test::behind_its_back(file, "ALTER TABLE entry DROP COLUMN region");
    test::behind_its_back(file, "DROP TABLE delivery");
    test::behind_its_back(file, "PRAGMA user_version = 2");
    EXPECT_TRUE(fails_with(Ledger::open_to_read(file), Code::C303, "version 2"));
    Ledger ledger = opened();
    EXPECT_EQ(ledger.verify().value().entries, 1);
    EXPECT_FALSE(ledger.delivered("group bio 2026-06", "ada@north.example").value());
}

} // namespace cost_ledger_database_test
} // namespace fairlead::cost
