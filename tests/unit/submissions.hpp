/// Reads command lines as tests write them, and says in one line what came of them.
#pragma once

#include "policy/fields.hpp"
#include "policy/message.hpp"
#include "submit/directives.hpp"
#include "submit/submission.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <map>
#include <string>
#include <vector>

namespace fairlead::test {

/// Where and when tests call: on host "login", in /home/ada, on 2026-11-21 at 22:35:02 UTC.
struct Site {
    std::vector<std::string> environment{};
    std::map<std::string, std::string, std::less<>> files{};
    std::uint32_t release = 0x1605;
};

inline submit::Call call_of(std::string_view line, const Site& site = {}) {
    constexpr std::time_t now = 1795300502;
    return {.words = submit::words_of(line),
            .environment = site.environment,
            .folder = "/home/ada",
            .host = "login",
            .now = now,
            .release = site.release,
            .read = [files = site.files](const std::filesystem::path& path) -> Result<std::string> {
                const auto found = files.find(path.native());
                if (found == files.end())
                    return fail(Code::X101, "{} is missing", path.native());
                return found->second;
            }};
}

/// "tasks=4 cpus=8": the fields that are set, but for those that every such call sets.
inline std::string said(const policy::JobRequest& job) {
    constexpr std::array usual{"script",
                               "submit_host=login",
                               "work_dir=/home/ada",
                               "job_name=wrap",
                               "interactive=false",
                               "modify=false",
                               "contiguous=false",
                               "cpus=1"};
    const policy::JobPatch none;
    std::vector<std::string> parts;
    for (const policy::FieldEntry& field : policy::all_fields()) {
        const auto ref = policy::read_field(field.name);
        const std::string value = ref ? policy::shown({job, none}, *ref) : "";
        const std::string part = fmt::format("{}={}", field.name, value);
        const bool derived = field.name == "nodes" || field.name == "cpus_per_gpu" ||
                             field.name == "script" || field.name == "gpus" ||
                             field.name == "gpu_type";
        if (!value.empty() && !derived && std::ranges::find(usual, part) == usual.end())
            parts.push_back(part);
    }
    for (const policy::Tres& tres : job.tres)
        parts.push_back(fmt::format("{}{}{}={}", tres.name, tres.type.empty() ? "" : ":", tres.type,
                                    tres.count));
    if (job.switches)
        parts.push_back(fmt::format("switches={}", *job.switches));
    if (job.switch_wait)
        parts.push_back(fmt::format("switch_wait={}", *job.switch_wait));
    return fmt::format("{}", fmt::join(parts, " "));
}

/// The same of each component, or the error.
inline std::string said(std::string_view line, const Site& site = {}) {
    const auto submission = submit::read_submission(call_of(line, site));
    if (!submission)
        return to_string(submission.error());
    std::vector<std::string> jobs;
    for (const policy::JobRequest& job : submission->jobs)
        jobs.push_back(said(job));
    return fmt::format("{}", fmt::join(jobs, " : "));
}

} // namespace fairlead::test
