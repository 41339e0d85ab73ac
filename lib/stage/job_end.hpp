/// Whether a job has ended and how, from what scontrol and sacct print.
#pragma once

#include "stage/places.hpp"

#include <optional>
#include <string_view>

namespace fairlead::stage {

struct JobEnd {
    bool ended;     ///< it has left its nodes, and waits for no others
    bool succeeded; ///< with exit status 0
    int restarts;
};

/// What `scontrol --oneliner show job ID` prints, which for the number of an array is a line for
/// each task; nothing where the job is not among them.
std::optional<JobEnd> read_job_end(std::string_view output, JobId job);

/// Whether scontrol failed because slurmctld has no such job, and not because it did not answer.
bool says_unknown_job(std::string_view output);

/// Whether the run succeeded, from lines "JobIDRaw|Submit|NodeList|State" of sacct for all runs of
/// its job, with times in seconds since 1970: the last one since its submission that had nodes.
/// Nothing where slurmdbd has none that ended.
std::optional<bool> read_accounted_success(std::string_view output, const JobRun& run);

} // namespace fairlead::stage
