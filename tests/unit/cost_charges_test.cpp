#include "cost/charges.hpp"

#include "cost_books.hpp"
#include "expect_error.hpp"

#include <sstream>

namespace fairlead::cost {
namespace cost_charges_test {

using test::fails_with;
using test::run_entry;
using test::succeeds;

std::vector<Charge> charges(const Entry& entry) {
    std::vector<Charge> all;
    charges_of(entry, [&](const Charge& charge) { all.push_back(charge); });
    return all;
}

TEST(Charges, ARunIsOwedByItsAccount) {
    const auto all = charges(run_entry("9", 5));
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].sum.payer, "account:bio");
    EXPECT_EQ(all[0].sum.amount.nanos, 5);
    EXPECT_EQ(all[0].run, "9");
    EXPECT_EQ(all[0].job, "4711");
}

TEST(Charges, AReversalIsOfTheKindThatItTakesBack) {
    Entry back = run_entry("9", -5);
    back.kind = "-node_fail";
    EXPECT_EQ(charges(back).at(0).sum.kind, "node_fail");
}

TEST(Charges, AMoveIsOwedByOneAndNoLongerByTheOther) {
    Entry move = run_entry("adjustment 1", 5);
    move.debit = "grant:b";
    move.credit = "grant:a";
    const auto all = charges(move);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].sum.payer, "grant:b");
    EXPECT_EQ(all[1].sum.payer, "grant:a");
    EXPECT_EQ(all[1].sum.amount.nanos, -5);
    Entry close{.run = "close 2026-06", .kind = "close"};
    EXPECT_TRUE(charges(close).empty());
}

TEST(Charges, OfADumpAreWhatTheLedgerWouldHave) {
    std::istringstream dump("JobIDRaw|DBIndex|Account|NodeList|Start|End|ElapsedRaw|State\n"
                            "7|1|bio|n[1-2]|2026-06-30T23:00:00|2026-07-01T02:00:00|10800|FAILED\n"
                            "7|1|bio|n[1-2]|2026-06-30T23:00:00|2026-07-01T02:00:00|10800|FAILED\n"
                            "8||bio|n1|2026-06-30T23:00:00|Unknown|60|RUNNING\n"
                            "x\n");
    Pricer pricer(PriceBook::parse_csv("region,az,instance_type,os,purchase,valid_from,valid_to,"
                                       "price_per_hour,currency\n,,,,,,,3.6,USD\n",
                                       "b")
                      .value(),
                  std::nullopt);
    std::vector<Entry> entries;
    std::vector<std::string> errors;
    ASSERT_TRUE(succeeds(entries_of_dump(
        dump, "d", Zone::find("UTC").value(), pricer,
        [&](const Entry& entry) { entries.push_back(entry); },
        [&](const Error& error) { errors.push_back(to_string(error)); })));
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[0].day, "2026-06-30");
    EXPECT_EQ(entries[1].day, "2026-07-01");
    EXPECT_EQ(entries[0].amount.nanos, 7'200'000'000);
    EXPECT_EQ(entries[2].amount.nanos, 60'000'000) << "one that runs, up to now";
    EXPECT_EQ(entries[2].run, "8@1782860400");
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[0], "d:3: job 7: this run was counted already [FL-C102]");
    EXPECT_TRUE(errors[1].starts_with("d:5: "));
    std::istringstream none("no header\n");
    EXPECT_TRUE(fails_with(
        entries_of_dump(
            none, "d", Zone::find("UTC").value(), pricer, [](const Entry&) {}, [](const Error&) {}),
        Code::C107, "d:1: "));
}

} // namespace cost_charges_test
} // namespace fairlead::cost
