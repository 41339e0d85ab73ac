#include "doctor/result_findings.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace fairlead::doctor {

Findings result_findings(const std::vector<Waiting>& waiting, const std::vector<Room>& rooms) {
    constexpr int nearly_full = 90;
    const auto has_failed = [](const Waiting& run) { return run.tries > 0; };
    Findings findings;
    if (const auto first = std::ranges::find_if(waiting, has_failed); first != waiting.end())
        findings.push_back(
            {"results", Health::Problem,
             fmt::format(
                 "the export of {} of {} results that wait has failed, of job {} {} times: {}",
                 std::ranges::count_if(waiting, has_failed), waiting.size(), first->job.value,
                 first->tries, first->message),
             "`fairlead stage status` shows each with its reason"});
    for (const Room& room : rooms)
        if (room.used >= nearly_full)
            findings.push_back(
                {"results", Health::Problem,
                 fmt::format("{} is {} % full, and the results of {} jobs wait there", room.folder,
                             room.used, room.jobs),
                 "see that `fairlead stage export` runs, or make room"});
    if (findings.empty())
        findings.push_back(
            good("results", fmt::format("{} wait for their export", waiting.size())));
    return findings;
}

} // namespace fairlead::doctor
