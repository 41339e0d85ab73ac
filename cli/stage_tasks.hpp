/// Results that FSx itself exports: one task of a file system at a time, with the results of many
/// jobs. A step of it is part of each round of the export service; nothing here waits.
#pragma once

#include "config/config.hpp"
#include "stage/task_batch.hpp"

#include <string>
#include <vector>

namespace fairlead::cli {

/// A run that is due, and what FSx has to export of it.
struct TaskWish {
    stage::TaskRun run;
    std::vector<stage::TaskPath> paths;
    int together = 0; ///< how many runs its task may have; 0 for all that fit
};

/// What came of the step.
struct TaskRound {
    struct Said {
        stage::JobRun run;
        Error error;
    };
    std::vector<stage::TaskBatch> ended{}; ///< to be looked at, and then removed
    std::vector<Said> waits{};             ///< and what for
    std::vector<Said> refused{};           ///< FL-S111: FSx takes no such task
};

/// Goes on with the tasks that there are, and begins those that may begin. FL-S131 where the state
/// cannot be read or written.
Result<TaskRound> task_round(const config::Config& config, const std::vector<TaskWish>& wishes);

} // namespace fairlead::cli
