/// Whether a job may stage what it asks for: a pure function over the request and the snapshot.
#pragma once

#include "policy/admit.hpp"

#include <optional>
#include <string>

namespace fairlead::policy {

struct AdmittedStaging {
    std::string record;                  ///< goes with the job, with %u and %x filled in
    std::optional<std::string> queued{}; ///< the note of a job that is held until its data is there
    std::string notice{};                ///< what the user is told; empty for nothing
};

/// Nothing for a job that stages nothing. FL-S101 to FL-S104 where it is refused, and FL-A204 while
/// nobody knows who asks.
Result<std::optional<AdmittedStaging>> admit_staging(const JobRequest& request,
                                                     const Snapshot& snapshot);

} // namespace fairlead::policy
