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
    std::string with{}; ///< of a pool the line that it is a part of: a service of the bill
};

/// By the name of a pool: the service of the bill that it stands for.
using PoolServices = std::map<std::string, std::string>;

struct Reconciliation {
    std::vector<ReconciledInstance> instances{}; ///< by id
    /// Instances together, those that the ledger does not have, what was trued up, services of the
    /// bill, pools of the ledger. They sum to the bill and to what the ledger has of it.
    std::vector<ReconciledLine> lines{};
    /// What is billed and not in the ledger, by currency.
    std::map<std::string, Wide> residual() const;
    /// The same without signs, so that nothing makes up for something else: of each instance, or of
    /// all of them once they are trued up, and of each service with its pools.
    std::map<std::string, Wide> differences() const;
    bool trued_up = false; ///< even where there was nothing to enter
};

/// `instances` are those of the month as they were settled. A pool that `services` does not name
/// stands for the one service whose name, without Amazon or AWS, begins with its own up to a dash:
/// fsx-home for AmazonFSx; where none or several do, by itself. FL-C103, FL-C105, FL-C106, FL-C302.
Result<Reconciliation> reconcile(Ledger& ledger, const Bill& bill, const Instances& instances,
                                 Time month, Pricer& pricer, const PoolServices& services = {});

/// Enters what instances were billed and the ledger has not, as adjustments of who paid for that
/// type and purchase option in the month, in proportion, runs and pools alike; what nobody paid for
/// stays in pool:idle. Again, it replaces what it entered before. Says how many entries were added.
/// FL-C105, FL-C302.
Result<std::size_t> true_up(Ledger& ledger, const Reconciliation& reconciliation, Time month,
                            const std::string& author);

/// Enters the residual as pool:unexplained, so that reports of the month total to the bill and show
/// it, also where it is nothing; replaces what was entered before. Says how many entries were
/// added. FL-C105, FL-C302.
Result<std::size_t> enter_unexplained(Ledger& ledger, const Reconciliation& reconciliation,
                                      Time month, const std::string& author);

} // namespace fairlead::cost
