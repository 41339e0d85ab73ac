#include "stage/job_end.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/core.h>

namespace fairlead::stage {
namespace {

constexpr std::array<std::string_view, 8> active_states{"RUNNING",   "COMPLETING", "CONFIGURING",
                                                        "SUSPENDED", "STOPPED",    "SIGNALING",
                                                        "RESIZING",  "STAGE_OUT"};
constexpr std::array<std::string_view, 6> waiting_states{
    "PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "REQUEUE_FED", "RESV_DEL_HOLD"};

std::string_view field(std::string_view line, std::string_view key) {
    for (const std::string_view word : split(trimmed(line), ' '))
        if (word.starts_with(key))
            return word.substr(key.size());
    return {};
}

/// What follows the job's name, which may hold anything.
std::optional<JobEnd> read_line(std::string_view rest) {
    const std::string_view state = field(rest, "JobState=");
    const std::string_view restarts = field(rest, "Restarts=");
    if (state.empty())
        return std::nullopt;
    int number = 0;
    std::from_chars(restarts.data(), restarts.data() + restarts.size(), number);
    return JobEnd{.active = std::ranges::find(active_states, state) != active_states.end(),
                  .waits = std::ranges::find(waiting_states, state) != waiting_states.end(),
                  .succeeded = state == "COMPLETED",
                  .restarts = number};
}

} // namespace

std::optional<JobEnd> read_job_end(std::string_view output, JobId job) {
    const std::string begin = fmt::format("JobId={} ", job.value);
    for (const std::string_view line : split(output, '\n')) {
        const std::size_t behind_name = line.find(" UserId=");
        if (!line.starts_with(begin) || behind_name == std::string_view::npos)
            continue;
        return read_line(line.substr(behind_name));
    }
    return std::nullopt;
}

} // namespace fairlead::stage
