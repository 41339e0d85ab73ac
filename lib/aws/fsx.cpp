#include "aws/fsx.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace fairlead::aws {
namespace {

using Json = nlohmann::json;
using State = ExportTask::State;

constexpr std::array<std::string_view, 6> states{"PENDING", "EXECUTING", "CANCELING",
                                                 "FAILED",  "SUCCEEDED", "CANCELED"};

std::unexpected<Failure> not_understood(std::string_view operation, std::string_view what) {
    return std::unexpected(
        Failure{Error{Code::X208, fmt::format("the answer to {} {}", operation, what)}});
}

/// "task-" and hexadecimal digits.
bool is_task(std::string_view id) {
    constexpr std::size_t prefix = 5, longest = 64;
    return id.size() > prefix && id.size() <= longest && id.starts_with("task-") &&
           id.find_first_not_of("0123456789abcdef", prefix) == std::string_view::npos;
}

std::string text_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::int64_t count_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

TaskAnswer task_of(const Json& json, std::string_view operation) {
    if (!json.is_object())
        return not_understood(operation, "has no task");
    ExportTask task{.id = text_of(json, "TaskId")};
    const auto* state = std::ranges::find(states, text_of(json, "Lifecycle"));
    if (!is_task(task.id) || state == states.end())
        return not_understood(operation, "has a task with bad fields");
    task.state = static_cast<State>(state - states.begin());
    if (const auto status = json.find("Status"); status != json.end() && status->is_object()) {
        task.total = count_of(*status, "TotalCount");
        task.succeeded = count_of(*status, "SucceededCount");
        task.failed = count_of(*status, "FailedCount");
    }
    constexpr std::size_t longest = 256;
    if (const auto details = json.find("FailureDetails");
        details != json.end() && details->is_object())
        task.message = printable(text_of(*details, "Message"), longest);
    return task;
}

std::expected<Json, Failure> ask(Client& client, const std::string& operation,
                                 const Json& question) {
    const auto answer = client.post(operation, question.dump());
    if (!answer)
        return std::unexpected(answer.error());
    Json json = Json::parse(*answer, nullptr, false);
    if (!json.is_object())
        return not_understood(operation, "is no JSON object");
    return json;
}

} // namespace

bool has_ended(const ExportTask& task) {
    return task.state == State::Failed || task.state == State::Succeeded ||
           task.state == State::Canceled;
}

std::string_view to_string(State state) { return states.at(static_cast<std::size_t>(state)); }

TaskAnswer create_export_task(Client& client, const std::string& file_system,
                              std::span<const std::string> paths, const std::string& token) {
    constexpr const char* operation = "CreateDataRepositoryTask";
    const auto json = ask(client, operation,
                          {{"Type", "EXPORT_TO_REPOSITORY"},
                           {"FileSystemId", file_system},
                           {"Paths", std::vector<std::string>(paths.begin(), paths.end())},
                           {"Report", {{"Enabled", false}}}, // each file is looked at all the same
                           {"ClientRequestToken", token}});
    if (!json)
        return std::unexpected(json.error());
    return task_of(json->value("DataRepositoryTask", Json{}), operation);
}

TaskAnswer export_task(Client& client, const std::string& id) {
    constexpr const char* operation = "DescribeDataRepositoryTasks";
    const auto json = ask(client, operation, {{"TaskIds", {id}}});
    if (!json)
        return std::unexpected(json.error());
    const auto tasks = json->find("DataRepositoryTasks");
    if (tasks == json->end() || !tasks->is_array() || tasks->size() != 1)
        return not_understood(operation, "has not the one task that was asked for");
    auto task = task_of(tasks->front(), operation);
    if (task && task->id != id)
        return not_understood(operation, "has another task");
    return task;
}

std::expected<void, Failure> cancel_task(Client& client, const std::string& id) {
    const auto json = ask(client, "CancelDataRepositoryTask", {{"TaskId", id}});
    if (!json)
        return std::unexpected(json.error());
    return {};
}

} // namespace fairlead::aws
