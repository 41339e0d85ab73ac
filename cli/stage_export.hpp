/// One round of the export service over the queue of results.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"
#include "config/config.hpp"

#include <string>

namespace fairlead::cli {

struct ExportRound {
    int exported = 0; ///< runs whose results are where they belong
    int failed = 0;   ///< runs that are tried again later
};

/// Exports what is due, the oldest first, and keeps what fails. FL-S131 where the queue cannot be
/// read.
Result<ExportRound> export_round(const config::Config& config, const std::string& config_path);

/// An administrator's word on whether a job succeeded, where nobody else knows (FL-S134): its
/// results are due again. FL-S131; FL-S132 where none wait for it.
Result<void> tell_end(const config::Config& config, JobId job, bool succeeded);

/// What need not be done in every round: queues the results of jobs whose nodes are lost, so that
/// no epilog did, and lets old records go.
void export_upkeep(const config::Config& config);

/// Whether slurmctld knows the job as one that has not ended, so that a record of its staging may
/// still come.
bool is_to_come(const config::Config& config, JobId job);

} // namespace fairlead::cli
