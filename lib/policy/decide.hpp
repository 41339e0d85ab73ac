/// What becomes of a job: the rules of the site, then fabric and placement. A pure function; the
/// plugin in slurmctld and `fairlead policy explain` call the same one.
#pragma once

#include "policy/admit.hpp"
#include "policy/evaluate.hpp"

#include <string>
#include <vector>

namespace fairlead::policy {

/// The patch is of a job that is not refused; would_have is what enforce mode would have done.
struct Decision : Outcome {
    bool exempt = false; ///< the rules are not for who asks
};

/// Fabric and placement are judged of the job as the rules left it. An update is judged by the
/// rules alone: what it makes of the fabric is checked on the nodes. A paused site decides nothing
/// but staging.
/// The caller fills in default_partition.
Decision decide(const JobRequest& request, const Snapshot& snapshot);

/// The request with what the patch sets.
JobRequest patched(const JobRequest& request, const JobPatch& patch);

} // namespace fairlead::policy
