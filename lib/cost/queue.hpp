/// The jobs that slurmctld knows, as the accountant reckons with them.
#pragma once

#include "cost/clock.hpp"
#include "cost/estimate.hpp"

#include <cstdint>
#include <string>

namespace fairlead::cost {

struct QueuedJob {
    std::uint32_t job;       ///< of the tasks of an array that are not started: the array's
    std::uint32_t array = 0; ///< the array of a task that has started
    std::string user{}, account{}, qos{};
    std::string partitions{}; ///< comma list; of a job that runs the one
    JobSize size{};           ///< its partitions are left empty; of a job that runs what it got
    std::string admin_comment{};
    bool held = false;          ///< waits for an operator or its user
    bool ended = false;         ///< its accounting may not be settled yet
    std::chrono::minutes ran{}; ///< since its start, rounded up; 0 of one that waits
    Time end{};                 ///< of one that ended
};

} // namespace fairlead::cost
