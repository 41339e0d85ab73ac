/// Brings the runs of a dump into the ledger. Settling the same again changes nothing; what changed
/// since is reversed and entered anew.
#pragma once

#include "cost/ledger.hpp"
#include "cost/pricing.hpp"

#include <functional>
#include <istream>
#include <string_view>

namespace fairlead::cost {

struct Settled {
    std::size_t fresh = 0;
    std::size_t same = 0;
    std::size_t corrected = 0;
    std::size_t running = 0; ///< not ended yet, left for the next time
    std::size_t skipped = 0; ///< each was told to `skipped`
};

/// The entries that a run should have.
Result<std::vector<Entry>> entries_of(const JobRun& run, std::string_view cluster, Pricer& pricer);

/// `cluster` is the name for dumps without a column Cluster. Commits every few thousand runs: what
/// a crash leaves out is settled the next time. FL-C107, FL-C302; lines that cannot be read or
/// priced go to `skipped`.
Result<Settled> settle(std::istream& dump, std::string_view name, std::string_view cluster,
                       const Zone& zone, Pricer& pricer, Ledger& ledger,
                       const std::function<void(const Error&)>& skipped);

} // namespace fairlead::cost
