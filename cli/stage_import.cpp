#include "cli/stage_import.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "prolog/held_job.hpp"
#include "prolog/stage_note.hpp"
#include "stage/queued.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <sys/file.h>

namespace fairlead::cli {
namespace {

constexpr std::size_t most_at_once = 4;
constexpr int most_failures = 3;

/// It settles the job itself. One that is killed leaves it held, and it is begun anew.
bool stage_for(JobId job, const std::string& config_path) {
    constexpr auto deadline = std::chrono::hours(25); // above its own
    if (auto trusted = check_trusted(config::stage_in_path); !trusted) {
        log::error(trusted.error());
        return false;
    }
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
    return done && done->status == 0;
}

void annotate(const slurm::Job& job, const std::string& comment) {
    if (auto done = slurm::set_admin_comment(job.id, comment); !done)
        log::error(done.error());
}

/// Its user releases it, and the nodes stage.
void give_up(const slurm::Job& job) {
    const Error error{Code::S133, fmt::format("staging it failed {} times", most_failures)};
    annotate(job, prolog::with_note(stage::without_queued(job.admin_comment),
                                    prolog::held_note(error, job.id)));
}

} // namespace

Result<UniqueFd> only_import(const std::filesystem::path& state_dir) {
    const auto folder = state_dir / "stage", file = folder / "import.lock";
    std::error_code error;
    if (!std::filesystem::is_directory(state_dir, error))
        return fail(Code::S133, "state_dir {} does not exist; mount or create it",
                    state_dir.native());
    if (auto made = make_folders(folder, 0755); !made)
        return std::unexpected(made.error());
    UniqueFd lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (lock && errno == EWOULDBLOCK)
        return fail(Code::S133, "another `fairlead stage import` works on {}; end it first",
                    state_dir.native());
    return fail(Code::S133, "cannot lock {}: {}; the file system needs flock()", file.native(),
                std::strerror(errno));
}

void Imports::collect() {
    for (auto entry = running_.begin(); entry != running_.end();) {
        auto& [job, run] = *entry;
        if (run.done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            ++entry;
            continue;
        }
        if (!run.done.get())
            ++failures_[job];
        entry = running_.erase(entry);
    }
}

bool Imports::is_users_turn(const slurm::Job& job) const {
    return std::ranges::none_of(running_,
                                [&](const auto& entry) { return entry.second.user == job.user; });
}

bool Imports::begin(const slurm::Job& job) {
    if (running_.size() >= most_at_once || !is_users_turn(job))
        return false;
    running_.emplace(job.id.value, Run{job.user, std::async(std::launch::async, stage_for, job.id,
                                                            config_path_)});
    return true;
}

void Imports::finish() {
    for (auto& [job, run] : running_)
        run.done.wait();
    collect();
}

Result<int> Imports::look() {
    collect();
    const auto jobs = slurm::load_jobs();
    if (!jobs)
        return std::unexpected(jobs.error());
    std::set<std::uint32_t> waiting;
    int begun = 0;
    for (const slurm::Job& job : *jobs) {
        if (running_.contains(job.id.value))
            continue;
        if (prolog::has_stale_word(job))
            annotate(job, prolog::released_comment(job));
        if (!prolog::awaits_data(job))
            continue;
        waiting.insert(job.id.value);
        const auto failed = failures_.find(job.id.value);
        if (failed != failures_.end() && failed->second >= most_failures)
            give_up(job);
        else if (begin(job))
            ++begun;
    }
    std::erase_if(failures_, [&](const auto& entry) {
        return !waiting.contains(entry.first) && !running_.contains(entry.first);
    });
    return begun;
}

} // namespace fairlead::cli
