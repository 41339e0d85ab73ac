#include "cli/stage_import.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "slurm/job_control.hpp"
#include "stage/queued.hpp"

namespace fairlead::cli {
namespace {

constexpr std::size_t most_at_once = 4;

/// It settles the job itself. One that is killed leaves it held, and it is begun anew.
void stage_for(JobId job, const std::string& config_path) {
    constexpr auto deadline = std::chrono::hours(25); // above its own
    if (auto trusted = check_trusted(config::stage_in_path); !trusted)
        return log::error(trusted.error());
    const auto done = run_child(
        Code::S133,
        {config::stage_in_path, "--config", config_path, "--held", fmt::format("{}", job.value)},
        plain_environment(), deadline);
    if (!done)
        log::error(done.error());
    else if (done->status != 0)
        log::error({Code::S133, fmt::format("staging for the held job {} ended with status {}; see "
                                            "the log of fairlead-stage-in",
                                            job.value, done->status)});
}

} // namespace

void Imports::collect() {
    std::erase_if(running_, [](const auto& entry) {
        return entry.second.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
}

Result<void> Imports::look() {
    collect();
    const auto jobs = slurm::load_held_jobs();
    if (!jobs)
        return std::unexpected(jobs.error());
    for (const slurm::Job& job : *jobs) {
        if (!stage::queued_id(job.admin_comment) || running_.contains(job.id.value))
            continue;
        if (running_.size() >= most_at_once)
            break;
        running_.emplace(job.id.value,
                         std::async(std::launch::async, stage_for, job.id, config_path_));
    }
    return {};
}

} // namespace fairlead::cli
