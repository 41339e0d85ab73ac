/// What a boot records for all its jobs: made by `fairlead node scan`, and by the first job's
/// prolog where that did not run. A child with a deadline makes it, so that neither hwloc,
/// libfabric nor a vendor's library can hang or crash the prolog, and no job suffers where it
/// fails.
#pragma once

#include "base/deadline.hpp"
#include "prolog/arguments.hpp"
#include "prolog/installation.hpp"
#include "state/node_record.hpp"

#include <optional>
#include <vector>

namespace fairlead::prolog {

/// Steps read what the configuration said when it was recorded, as long as its text is the same.
void record_config(const Arguments& arguments, const Installation& here = {});

/// The topology that steps read, where nobody recorded it or slurmctld was not asked yet what it
/// takes the node for.
void record_topology(const Arguments& arguments, const std::string& node, const Deadline& deadline,
                     const Installation& here = {});

/// What a record must be good for.
struct Wanted {
    const std::vector<fabric::EfaDevice>& devices; ///< those that are there now
    bool metadata = false; ///< the job depends on what the metadata service says
};

/// The node's record of this boot, scanned anew where it is missing, where it shows other devices,
/// where another libfabric was installed, and, at most once a minute, where metadata is wanted and
/// the service did not answer. Empty where that failed: then nothing is known.
std::optional<state::NodeRecord> node_record(const Arguments& arguments, const std::string& node,
                                             const Wanted& wanted, const Deadline& deadline,
                                             const Installation& here = {});

} // namespace fairlead::prolog
