#include "cli/doctor_look.hpp"
#include "doctor/result_findings.hpp"
#include "stage/queue.hpp"

#include <algorithm>
#include <sys/statvfs.h>

namespace fairlead::cli {
namespace {

using doctor::Room;

/// As df(1) has it.
int used_percent(const std::string& folder) {
    constexpr std::uint64_t whole = 100;
    struct statvfs info{};
    if (::statvfs(folder.c_str(), &info) != 0 || info.f_blocks == 0)
        return 0;
    const std::uint64_t used = info.f_blocks - info.f_bfree;
    return static_cast<int>(used * whole / std::max<std::uint64_t>(used + info.f_bavail, 1));
}

bool lies_there(const stage::ExportPlan& plan, const std::string& folder) {
    return std::ranges::any_of(plan.transfers, [&](const stage::Transfer& transfer) {
        return config::lies_in(transfer.source, folder);
    });
}

/// The site's own file systems alone: another one may be dead, and hang.
std::vector<Room> rooms_of(const config::Staging& site,
                           const std::vector<stage::ExportPlan>& plans) {
    std::vector<Room> rooms;
    for (const std::string& folder : config::site_folders(site)) {
        const auto jobs = std::ranges::count_if(
            plans, [&](const stage::ExportPlan& plan) { return lies_there(plan, folder); });
        if (jobs > 0)
            rooms.push_back({folder, used_percent(folder), static_cast<int>(jobs)});
    }
    return rooms;
}

} // namespace

doctor::Findings look_at_results(const Site& site) {
    if (!site.needs.staging)
        return {};
    const auto& state_dir = site.config.state_dir;
    const auto runs = stage::queued(state_dir);
    if (!runs)
        return {doctor::from_error("results", doctor::Health::Unknown, runs.error(),
                                   "run this as root")};
    std::vector<doctor::Waiting> waiting;
    std::vector<stage::ExportPlan> plans;
    for (const stage::JobRun& run : *runs) {
        stage::Retry retry = stage::read_retry(state_dir, run);
        waiting.push_back({run.job, retry.tries, std::move(retry.message)});
        if (auto plan = stage::read_plan(stage::queued_file(state_dir, run)))
            plans.push_back(std::move(*plan));
    }
    return doctor::result_findings(waiting, rooms_of(site.config.staging, plans));
}

} // namespace fairlead::cli
