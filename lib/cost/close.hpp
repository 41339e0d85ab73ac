/// What people enter into the ledger: the end of a month, and costs moved from one to another.
#pragma once

#include "cost/groups.hpp"
#include "cost/ledger.hpp"

namespace fairlead::cost {

/// Closes `month` and all before it. `groups` is the text of groups.yaml, which holds for them from
/// now on. FL-C305 where it is closed already, is not over, is not settled to its end, or has runs
/// that wait for a price.
Result<Closing> close_month(Ledger& ledger, const std::string& month, Time now,
                            const std::string& author, const std::string& groups);

/// A cost that moves from one who pays to another: "grant:NIH-1", "account:bio", "group:bio" or
/// "university:north".
struct Move {
    std::string from{};
    std::string to{};
    Money amount{};
    std::string currency = "USD";
    Time day{};
    std::string reason{};
    std::string author{};
};

/// Enters it. FL-C305 for a day of a closed month; FL-C306 for who is not known, and for no amount,
/// reason or author.
Result<Entry> adjust(Ledger& ledger, const Groups& groups, const Move& move);

/// Whether groups.yaml knows one who pays. FL-C306.
Result<void> check_payer(const Groups& groups, std::string_view payer);

} // namespace fairlead::cost
