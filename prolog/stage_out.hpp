/// The epilog's side of staging: results go into a queue that outlives the node, and the service
/// `fairlead stage export` takes them from there.
#pragma once

#include "base/job_id.hpp"

namespace fairlead::prolog {

/// Of a job that ran here with its data complete. One rename on shared storage, which may hang, so
/// a child with a deadline makes it; where that fails the export service finds the plan by itself
/// once the job has ended.
void queue_results(JobId job);

/// Removes the journal of what was copied to this node alone; the data is its user's.
void forget_node_copies(JobId job);

} // namespace fairlead::prolog
