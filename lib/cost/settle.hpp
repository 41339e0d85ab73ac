/// Brings the runs of a dump into the ledger. Settling the same again changes nothing; what changed
/// since is reversed and entered anew. Of two that tell different things of a run, the one of the
/// later dump counts, of one dump that with the later end, then the one whose digest is larger: so
/// any order and any repetition of dumps ends the same.
#pragma once

#include "cost/ledger.hpp"
#include "cost/pricing.hpp"

#include <functional>
#include <istream>
#include <optional>
#include <string_view>

namespace fairlead::cost {

struct Settled {
    std::size_t fresh = 0;
    std::size_t same = 0;
    std::size_t corrected = 0;
    std::size_t older = 0;   ///< the ledger knows something newer
    std::size_t running = 0; ///< not ended yet, left for the next time
    std::size_t skipped = 0; ///< each was told to `skipped`
};

/// A dump to settle.
struct Taken {
    std::istream& dump;
    std::string_view name;    ///< for messages
    std::string_view cluster; ///< where the dump has no column Cluster; else empty
    Time seen;                ///< when sacct printed it
    bool wckeys = false;      ///< slurmctld enforces them, so that no user writes into that column;
                              ///< a run that is there without one gets none
    std::optional<Time> until{}; ///< it has all runs of its clusters that ended before, if that is
                                 ///< known; also of `cluster`, where it has none of it
    bool reprice = true;         ///< runs that are the same as before too, by the prices of today
    std::optional<Time> from{};  ///< where `until` is of what ended from here on alone: a cluster
                                 ///< that is not settled up to here stays so
};

/// What a run costs in a month, its nodes running.
Entry entry_for(const JobRun& run, std::string_view cluster, std::string_view number,
                const MonthCost& month);

/// Whether entries are the same but for their places in the ledger. What came too late for its
/// month, up to `closed`, is in a later one.
bool same_entries(std::vector<Entry> known, const std::vector<Entry>& now,
                  const std::string& closed);

/// First what takes the old back, then the new; what is of a month up to `closed` in the first
/// month behind it.
Result<void> enter(Ledger& ledger, const std::vector<Entry>& known, const std::vector<Entry>& now,
                   const std::string& closed);

/// The entries that a run should have, whatever months are closed.
Result<std::vector<Entry>> entries_of(const JobRun& run, std::string_view cluster,
                                      std::string_view number, Pricer& pricer);

/// Commits every few thousand runs, which are read and priced before: what a crash leaves out is
/// settled the next time. FL-C107 for a dump that names no cluster, lacks DBIndex, End or State, or
/// has columns that users write to; FL-C302. Lines that cannot be read or priced go to `skipped`.
Result<Settled> settle(const Taken& taken, const Zone& zone, Pricer& pricer, Ledger& ledger,
                       const std::function<void(const Error&)>& skipped);

} // namespace fairlead::cost
