/// What one export task of FSx is about: results of several jobs at once, because FSx runs one task
/// of a file system at a time. Kept in `state_dir`/stage/tasks, from before the task is asked for
/// until each of its jobs has been looked at, so that a service that was killed goes on with it.
#pragma once

#include "config/staging.hpp"
#include "stage/export_plan.hpp"

#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::stage {

/// slurmctld forgets soon whether a job succeeded.
struct TaskRun {
    JobRun run;
    bool succeeded;
};

struct TaskBatch {
    std::string file_system; ///< "fs-0123456789abcdef0"
    std::string token;       ///< by which FSx knows that it is the same request
    std::vector<std::string> paths;
    std::vector<TaskRun> runs;
    std::string task{};      ///< empty until FSx has answered
    std::string seen{};      ///< its state and counts when they last changed
    std::time_t changed = 0; ///< and when that was
    bool ended = false;      ///< the task has; its runs are to be looked at
    std::string trouble{};   ///< what FSx said of a task that did not do all; for messages
};

/// A folder or file of the results, as FSx wants it: from the mount on.
struct TaskPath {
    std::string file_system;
    std::string path;
};

/// The paths of the transfers whose link exports by tasks. FL-S102 for one that FSx does not take.
Result<std::vector<TaskPath>> task_paths(const std::vector<Transfer>& transfers,
                                         const std::vector<config::Link>& links);

/// At most so many paths as one task takes, of the first runs that fit. The token is of the paths,
/// the runs and the time: another try is another task.
class BatchMaker {
  public:
    explicit BatchMaker(std::string file_system) { batch_.file_system = std::move(file_system); }

    /// False where it is full.
    bool add(const TaskRun& run, const std::vector<std::string>& paths);
    bool empty() const { return batch_.runs.empty(); }
    std::size_t runs() const { return batch_.runs.size(); }
    TaskBatch made(std::time_t now) const;

  private:
    TaskBatch batch_;
};

/// Null where there is none. FL-S131.
Result<std::optional<TaskBatch>> read_batch(const std::filesystem::path& state_dir,
                                            const std::string& file_system);
/// FL-S131.
Result<void> write_batch(const std::filesystem::path& state_dir, const TaskBatch& batch);
Result<void> remove_batch(const std::filesystem::path& state_dir, const std::string& file_system);

} // namespace fairlead::stage
