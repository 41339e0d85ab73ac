/// What is reported: charges, from the ledger or from a dump of sacct.
#pragma once

#include "cost/ledger.hpp"
#include "cost/pricing.hpp"

#include <functional>
#include <istream>

namespace fairlead::cost {

/// What somebody owes for one kind of thing on one day; of one run where runs are told apart.
struct Charge {
    DaySum sum{};
    std::string run{}; ///< empty in sums, as all below
    std::string job{};
    std::string state{};
    std::string qos{};
    std::string region{};
    std::string author{};
    std::string note{};
};

using TakeCharge = std::function<void(const Charge&)>;

/// Both sides of an entry, where somebody pays: who owes more, and who owes less.
void charges_of(const Entry& entry, const TakeCharge& take);

/// What the runs of a dump cost, running ones up to when it was taken: the entries that the ledger
/// would have of them. A line that cannot be read or priced goes to `skipped`. FL-C107.
Result<void> entries_of_dump(std::istream& dump, std::string_view name, const Zone& zone,
                             Pricer& pricer, const std::function<void(const Entry&)>& take,
                             const std::function<void(const Error&)>& skipped);

} // namespace fairlead::cost
