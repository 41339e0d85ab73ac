/// Whether the ledger has the runs that slurmdbd has: how many, and for how long on nodes.
#pragma once

#include "cost/ledger.hpp"
#include "cost/pricing.hpp"

#include <functional>
#include <istream>

namespace fairlead::cost {

struct Counts {
    std::int64_t runs = 0;
    std::int64_t node_seconds = 0; ///< running and suspended
    bool operator==(const Counts&) const = default;
};

struct CountedAccount {
    std::string name{}; ///< "account:bio"
    Counts dumped{};
    Counts entered{};
};

/// The accounts whose ended runs of a dump are, in a month, others than those of its clusters in
/// the ledger. A run counts in the month in which it begins to cost, and its time in the month that
/// it fell in. Lines that cannot be read or priced go to `skipped`. FL-C107, FL-C302.
Result<std::vector<CountedAccount>>
counted_otherwise(std::istream& dump, std::string_view name, std::string_view cluster,
                  const Zone& zone, Time month, Pricer& pricer, Ledger& ledger,
                  const std::function<void(const Error&)>& skipped);

} // namespace fairlead::cost
