/// What is to be told of results that wait for their export: they take their users' room. Functions
/// of values.
#pragma once

#include "base/job_id.hpp"
#include "doctor/finding.hpp"

namespace fairlead::doctor {

/// One start of a job in the queue.
struct Waiting {
    JobId job;
    int tries;           ///< that failed
    std::string message; ///< of the last of them
};

/// A file system of the site's that results wait on.
struct Room {
    std::string folder;
    int used; ///< percent
    int jobs; ///< whose results are there
};

/// Results whose export has failed, and file systems that are nearly full with some that wait.
Findings result_findings(const std::vector<Waiting>& waiting, const std::vector<Room>& rooms);

} // namespace fairlead::doctor
