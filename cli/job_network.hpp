/// The network report of a job, of the parts that its nodes left in the spool.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"
#include "config/config.hpp"
#include "fabric/network_report.hpp"

#include <optional>

namespace fairlead::cli {

/// Of the latest run, or of number `restart`. FL-E230 where there is none that the caller may read.
Result<fabric::NetworkReport> network_report(const config::Config& config, JobId job,
                                             std::optional<int> restart);

} // namespace fairlead::cli
