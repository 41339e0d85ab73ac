/// Whether a job has ended, from what `scontrol show job` prints.
#pragma once

#include "base/job_id.hpp"

#include <optional>
#include <string_view>

namespace fairlead::stage {

struct JobEnd {
    bool active;    ///< it has nodes, or is still leaving them
    bool waits;     ///< it is in the queue, for the first time or again
    bool succeeded; ///< with exit status 0
    int restarts;
};

/// What `scontrol --oneliner show job ID` prints, which for the number of an array is a line for
/// each task; nothing where the job is not among them.
std::optional<JobEnd> read_job_end(std::string_view output, JobId job);

} // namespace fairlead::stage
