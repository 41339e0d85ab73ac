/// FSx's API (2018-03-01), as much of it as Fairlead asks: tasks that export files to S3. One task
/// of a file system runs at a time.
#pragma once

#include "aws/client.hpp"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

namespace fairlead::aws {

/// A data repository task.
struct ExportTask {
    enum class State { Pending, Executing, Canceling, Failed, Succeeded, Canceled };

    std::string id; ///< "task-0123456789abcdef0"
    State state = State::Pending;
    std::int64_t total = 0, succeeded = 0, failed = 0; ///< files, as far as FSx has counted
    std::string message{};                             ///< why it failed, at most 256 bytes
};

/// Nothing comes of it any more.
bool has_ended(const ExportTask& task);
std::string_view to_string(ExportTask::State state); ///< "EXECUTING", FSx's word

inline constexpr std::size_t paths_a_task = 100;
inline constexpr std::size_t longest_task_path = 4096;

/// The error is FL-X205 to FL-X208. `aws_code` is DataRepositoryTaskExecuting where another task of
/// the file system has not ended, which is to be waited for. The same token with the same paths is
/// the same task, however often it is asked for.
using TaskAnswer = std::expected<ExportTask, Failure>;
TaskAnswer create_export_task(Client& client, const std::string& file_system,
                              std::span<const std::string> paths, const std::string& token);

/// `aws_code` is DataRepositoryTaskNotFound where FSx does not know it any more.
TaskAnswer export_task(Client& client, const std::string& id);

/// What is exported stays, and what is on its way goes on.
std::expected<void, Failure> cancel_task(Client& client, const std::string& id);

} // namespace fairlead::aws
