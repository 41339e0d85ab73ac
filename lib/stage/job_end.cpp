#include "stage/job_end.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/core.h>

namespace fairlead::stage {
namespace {

/// A state that is not among them, such as one of a later Slurm, is none that a job ends in.
constexpr std::array<std::string_view, 11> final_states{
    "COMPLETED", "CANCELLED", "FAILED",        "TIMEOUT", "NODE_FAIL",    "PREEMPTED",
    "BOOT_FAIL", "DEADLINE",  "OUT_OF_MEMORY", "REVOKED", "LAUNCH_FAILED"};

bool is_final(std::string_view state) {
    return std::ranges::find(final_states, state) != final_states.end();
}

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
    return JobEnd{.ended = is_final(state), .succeeded = state == "COMPLETED", .restarts = number};
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

/// The id is made of the time, in nanoseconds; by a clock that may be another machine's.
std::int64_t submitted(const JobRun& run) {
    constexpr std::int64_t second = 1'000'000'000, slack = 300;
    return number_in<std::int64_t>(run.id).value_or(0) / second - slack;
}

/// Whether a line of sacct is of a start of that submission.
bool is_start_of(const std::vector<std::string_view>& words, const JobRun& run) {
    constexpr std::size_t count = 4;
    if (words.size() != count || number_in<std::uint32_t>(words[0]) != run.job.value)
        return false;
    const bool had_nodes = !words[2].empty() && words[2] != "None assigned";
    return had_nodes && number_in<std::int64_t>(words[1]).value_or(-1) >= submitted(run);
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

bool says_unknown_job(std::string_view output) { return output.contains("Invalid job id"); }

std::optional<bool> read_accounted_success(std::string_view output, const JobRun& run) {
    std::string_view state;
    for (const std::string_view line : split(output, '\n'))
        if (const auto words = split(line, '|'); is_start_of(words, run))
            state = words.back().substr(0, words.back().find(' '));
    // A start that was requeued keeps that state.
    if (!is_final(state) && state != "REQUEUED")
        return std::nullopt;
    return state == "COMPLETED";
}

} // namespace fairlead::stage
