/// A ledger with what a test enters.
#pragma once

#include "cost/ledger.hpp"
#include "cost/ledger_database.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace fairlead::test {

/// An hour of a node that costs so much.
inline cost::Entry run_entry(const std::string& run, std::int64_t nanos,
                             const std::string& day = "2026-06-10",
                             const std::string& account = "bio") {
    return {.cluster = "atlas",
            .run = run,
            .kind = "run",
            .period = day.substr(0, 7),
            .day = day,
            .debit = "account:" + account,
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

inline Result<void> add(cost::Ledger& ledger, const std::vector<cost::Entry>& entries) {
    return ledger.transaction([&]() -> Result<void> {
        for (const cost::Entry& each : entries)
            if (auto done = ledger.append(each); !done)
                return done;
        return {};
    });
}

/// SQL past the ledger, as somebody with the file could run it.
inline void behind_its_back(const std::filesystem::path& file, const std::string& statement) {
    soci::session sql(soci::sqlite3, "dbname=" + file.native());
    sql << statement;
}

class Books : public testing::Test {
  protected:
    TempFolder folder;
    std::filesystem::path file = folder / "ledger.db";

    cost::Ledger opened() {
        auto ledger = cost::Ledger::open(file);
        EXPECT_TRUE(ledger) << (ledger ? "" : to_string(ledger.error()));
        return std::move(*ledger);
    }
};

} // namespace fairlead::test
