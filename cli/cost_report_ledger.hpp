/// What reports of the ledger are made of.
#pragma once

#include "cli/commands.hpp"
#include "cost/charges.hpp"
#include "cost/report.hpp"

namespace fairlead::cli {

struct LedgerState {
    cost::GroupsOverTime groups;
    cost::Verified head;
    std::optional<std::string> closed_through;
    std::int64_t unpriced; ///< runs that ended in the query's days; of closed months none
};

/// Of one moment, within Ledger::reading(). Sets up to when the query is true: of closed months the
/// state is that when they were closed, so that a report of them is the same whenever it is made.
Result<LedgerState> state_of(cost::Ledger& ledger, cost::Groups groups, cost::Query& query);

/// Sums of days, and for the reasons of adjustments, entries.
Result<void> read_sums(cost::Ledger& ledger, const cost::Interval& needed,
                       const cost::TakeCharge& take);

/// What holds wait for, where the accountant's last look is of the time that is reported, and not
/// old.
void take_committed(cost::Reporter& reporter, const cost::Query& query, const Session& session);

} // namespace fairlead::cli
