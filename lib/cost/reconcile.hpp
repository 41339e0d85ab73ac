/// Compares a month of a bill with the ledger: instances by hour, all else by service; and enters
/// the difference of instances, so that the ledger has what AWS billed.
#pragma once

#include "cost/bill.hpp"
#include "cost/instances.hpp"
#include "cost/ledger.hpp"
#include "cost/pricing.hpp"

namespace fairlead::cost {

struct ReconciledHour {
    Time hour{};
    Money billed{};
    Money entered{}; ///< the part of what the ledger has that falls in this hour
};

struct ReconciledInstance {
    std::string id{};
    std::string currency{};
    std::string node{}; ///< empty where the list of instances does not have it
    std::string instance_type{};
    std::string purchase{};
    bool entered_at_all = false; ///< the ledger has it in this month
    Money billed{};
    Money entered{};
    std::vector<ReconciledHour> hours{}; ///< they sum to the two above
    std::int64_t residual() const { return billed.nanos - entered.nanos; }
};

/// What one name stands for in one currency; one of the two is nothing where names differ.
struct ReconciledLine {
    std::string name{};
    std::string currency{};
    Wide billed = 0;
    Wide entered = 0;
};

struct Reconciliation {
    std::vector<ReconciledInstance> instances{}; ///< by id
    /// Instances together, those that the ledger does not have, what was trued up, services of the
    /// bill, pools of the ledger. They sum to the bill and to what the ledger has of it.
    std::vector<ReconciledLine> lines{};
    /// What is billed and not in the ledger, by currency.
    std::map<std::string, Wide> residual() const;
};

/// `instances` are those of the month as they were settled. FL-C103, FL-C105, FL-C106, FL-C302.
Result<Reconciliation> reconcile(Ledger& ledger, const Bill& bill, const Instances& instances,
                                 Time month, Pricer& pricer);

/// Enters what instances were billed and the ledger has not, as adjustments of who paid for that
/// type and purchase option in the month, in proportion, runs and pools alike; what nobody paid for
/// stays in pool:idle. Again, it replaces what it entered before. Says how many entries were added.
/// FL-C105, FL-C302.
Result<std::size_t> true_up(Ledger& ledger, const Reconciliation& reconciliation, Time month,
                            const std::string& author);

/// Enters the residual as pool:unexplained, so that reports of the month total to the bill and show
/// it; replaces what was entered before. Says how many entries were added. FL-C105, FL-C302.
Result<std::size_t> enter_unexplained(Ledger& ledger, const Reconciliation& reconciliation,
                                      Time month, const std::string& author);

} // namespace fairlead::cost
