#include "cost/ledger_chain.hpp"

#include "cost_books.hpp"

#include <set>

namespace fairlead::cost {
namespace cost_ledger_chain_test {

TEST(LedgerChain, EveryFieldAndWhatIsBeforeItMakeADifference) {
    Chain chain;
    const Entry plain = test::run_entry("1", 5);
    std::set<std::string> checksums{chain.next("", 1, plain).value()};
    std::size_t changes = 1;
    const auto differs = [&](const Entry& entry) {
        checksums.insert(chain.next("", 1, entry).value());
        EXPECT_EQ(checksums.size(), ++changes);
    };
    for (std::string Entry::* text :
         {&Entry::cluster, &Entry::run, &Entry::kind, &Entry::period, &Entry::day, &Entry::debit,
          &Entry::credit, &Entry::currency, &Entry::job, &Entry::user, &Entry::partition,
          &Entry::state, &Entry::instance_type, &Entry::purchase, &Entry::wckey, &Entry::qos,
          &Entry::author, &Entry::note, &Entry::region}) {
        Entry other = plain;
        other.*text += "x";
        differs(other);
    }
    for (std::int64_t Entry::* number : {&Entry::node_seconds, &Entry::cpu_seconds,
                                         &Entry::gpu_seconds, &Entry::revision, &Entry::line}) {
        Entry other = plain;
        other.*number += 1;
        differs(other);
    }
    EXPECT_NE(chain.next("", 2, plain).value(), chain.next("", 1, plain).value());
    EXPECT_NE(chain.next("a", 1, plain).value(), chain.next("", 1, plain).value());
}

TEST(LedgerChain, AnEntryWithoutARegionHasTheChecksumOfBeforeThereWereRegions) {
    Chain chain;
    const Entry entry{.run = "1", .kind = "run", .period = "2026-06", .day = "2026-06-30"};
    EXPECT_EQ(chain.next("", 1, entry).value(),
              "59f19b51c7c673128edcdd32ccf616a6f1bbc67e4eac07957bdac63e705f34db");
}

TEST(LedgerChain, NoFieldRunsIntoTheNext) {
    Chain chain;
    Entry one = test::run_entry("1", 5), other = one;
    one.wckey = "1:a";
    one.qos = "";
    other.wckey = "";
    other.qos = "1:a";
    EXPECT_NE(chain.next("", 1, one).value(), chain.next("", 1, other).value());
}

} // namespace cost_ledger_chain_test
} // namespace fairlead::cost
