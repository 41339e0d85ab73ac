/// Which jobs are on a node at the same time: the counters of an EFA device are all jobs' together.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <filesystem>

namespace fairlead::state {

/// Makes the job's folder below `run`/jobs, which says that it is here, and marks it and every job
/// that is here already as sharing the node. Of two that come at once at least one sees the other.
/// FL-X201.
Result<void> mark_present(const std::filesystem::path& run, JobId job);

/// Whether another job was on the node at some time since mark_present(), or is now.
bool shared_node(const std::filesystem::path& run, JobId job);

} // namespace fairlead::state
