#include "cli/stage_export.hpp"

#include "base/child.hpp"
#include "base/log.hpp"
#include "cli/stage_tasks.hpp"
#include "config/paths.hpp"
#include "stage/job_end.hpp"
#include "stage/launch.hpp"
#include "stage/manifest.hpp"
#include "stage/queue.hpp"
#include "stage/status.hpp"
#include "stage/tidy.hpp"

#include <algorithm>
#include <ctime>

namespace fairlead::cli {
namespace {

using stage::Direction;
using stage::JobRun;

std::optional<std::string> scontrol(const config::Config& config, std::vector<std::string> words) {
    constexpr auto deadline = std::chrono::seconds(20);
    words.insert(words.begin(), config.scontrol);
    const auto answer = run_child(Code::S131, words, plain_environment(), deadline);
    return answer && answer->status == 0 ? std::optional(answer->output) : std::nullopt;
}

enum class Fate {
    Runs,       ///< or is not known to have ended
    Superseded, ///< by a later start of the same job
    Succeeded,
    Ended, ///< in another way, or so long ago that slurmctld does not know how
};

/// A job that slurmctld does not know has ended; one that cannot be asked for may run.
Fate fate_of(const config::Config& config, const JobRun& run) {
    const auto shown =
        scontrol(config, {"--oneliner", "show", "job", fmt::format("{}", run.job.value)});
    if (!shown) {
        const auto ping = scontrol(config, {"ping"});
        return ping && ping->contains("UP") ? Fate::Ended : Fate::Runs;
    }
    const auto end = stage::read_job_end(*shown, run.job);
    if (!end)
        return Fate::Runs;
    if (end->restarts > run.restart)
        return end->active || end->waits ? Fate::Superseded : Fate::Ended;
    if (end->active || end->waits)
        return Fate::Runs;
    return end->succeeded ? Fate::Succeeded : Fate::Ended;
}

/// What is for jobs that succeed stays where it is otherwise.
std::vector<stage::Transfer> due(const stage::ExportPlan& plan, bool succeeded) {
    std::vector<stage::Transfer> transfers;
    std::ranges::copy_if(plan.transfers, std::back_inserter(transfers), [&](const auto& transfer) {
        return succeeded || transfer.when == stage::When::Always;
    });
    return transfers;
}

struct Export {
    const config::Config& config;
    const std::string& config_path;
    const stage::ExportPlan& plan;
    bool succeeded;
    std::string trouble{}; ///< of a task of FSx before
};

void tell_user(const Export& work, stage::Step step, const stage::Progress& progress,
               const std::string& message) {
    stage::write_status(work.config.state_dir,
                        {work.plan.run, Direction::Out, step, message, progress, {}},
                        work.plan.owner.uid);
}

Result<void> copy_out(const Export& work, stage::Progress& last) {
    const auto transfers = due(work.plan, work.succeeded);
    if (transfers.empty())
        return {};
    const auto claim =
        stage::make_claim(work.config.state_dir, work.plan.run.job, std::time(nullptr));
    if (!claim)
        return std::unexpected(claim.error());
    constexpr auto day = std::chrono::hours(24);
    const auto result = stage::launch({.program = config::stage_path,
                                       .config = work.config_path,
                                       .claim = *claim,
                                       .phase = Direction::Out,
                                       .run = work.plan.run,
                                       .cluster = work.plan.cluster,
                                       .owner = work.plan.owner,
                                       .transfers = transfers,
                                       .deadline = day,
                                       .s3_endpoint = work.config.staging.s3_endpoint,
                                       .region = work.config.region},
                                      [&](const stage::Progress& progress) {
                                          last = progress;
                                          tell_user(work, stage::Step::Exporting, progress, {});
                                          return true;
                                      });
    if (!result)
        return std::unexpected(result.error());
    if (result->outcome != stage::Outcome::Done)
        return std::unexpected(stage::error_of(*result));
    return {};
}

/// What fails stays queued.
void try_again(const Export& work, const Error& error, const stage::Progress& progress) {
    const auto& state_dir = work.config.state_dir;
    log::error(error);
    const auto retry = stage::after_failure(stage::read_retry(state_dir, work.plan.run),
                                            std::time(nullptr), to_string(error));
    if (auto kept = stage::write_retry(state_dir, work.plan.run, retry); !kept)
        log::error(kept.error());
    tell_user(work, stage::Step::Waiting, progress, to_string(error));
}

/// Whether the results are where they belong.
bool export_run(const Export& work) {
    stage::Progress progress;
    auto done = copy_out(work, progress);
    if (!done && !work.trouble.empty())
        done = fail(done.error().code, "{}; {}", done.error().message, work.trouble);
    if (done) {
        // Before it leaves the queue: nobody would tell it after a kill in between.
        stage::show_manifest(work.config.state_dir, work.plan.run, Direction::Out,
                             work.plan.owner.uid);
        tell_user(work, stage::Step::Exported, progress, {});
        done = stage::finish(work.config.state_dir, work.plan.run);
    }
    if (!done)
        try_again(work, done.error(), progress);
    return done.has_value();
}

/// A requeued job stages out what its last start leaves.
void supersede(const config::Config& config, const JobRun& run) {
    if (auto done = stage::finish(config.state_dir, run); !done)
        log::error(done.error());
    stage::remove_status(config.state_dir, run, Direction::Out);
}

/// One round over the queue.
class Round {
  public:
    Round(const config::Config& config, const std::string& config_path)
        : config_(config), config_path_(config_path) {}

    Result<ExportRound> go(const std::vector<JobRun>& runs);

  private:
    std::optional<stage::ExportPlan> plan_of(const JobRun& run);
    void look_after(const JobRun& run);
    void count(bool exported) { (exported ? round_.exported : round_.failed) += 1; }
    void look_at(const TaskRound::Said& said, bool refused);
    Result<void> look_at(const stage::TaskBatch& batch);

    const config::Config& config_;
    const std::string& config_path_;
    ExportRound round_;
    std::vector<TaskWish> wishes_;
};

std::optional<stage::ExportPlan> Round::plan_of(const JobRun& run) {
    auto plan = stage::read_plan(stage::queued_file(config_.state_dir, run));
    if (plan)
        return std::move(*plan);
    if (plan.error().code != Code::X101)
        log::error(plan.error());
    return std::nullopt;
}

void Round::look_after(const JobRun& run) {
    const Fate fate = fate_of(config_, run);
    if (fate == Fate::Superseded)
        return supersede(config_, run);
    if (fate == Fate::Runs || stage::read_retry(config_.state_dir, run).due > std::time(nullptr))
        return;
    const auto plan = plan_of(run);
    if (!plan)
        return;
    const Export work{config_, config_path_, *plan, fate == Fate::Succeeded};
    auto paths = stage::task_paths(due(*plan, work.succeeded), config_.staging.links);
    if (!paths) {
        try_again(work, paths.error(), {});
        return count(false);
    }
    if (paths->empty())
        return count(export_run(work));
    wishes_.push_back({{run, work.succeeded}, std::move(*paths)});
}

void Round::look_at(const TaskRound::Said& said, bool refused) {
    const auto plan = plan_of(said.run);
    if (!plan)
        return;
    const Export work{config_, config_path_, *plan, false};
    if (!refused)
        return tell_user(work, stage::Step::Waiting, {}, said.error.message);
    try_again(work, said.error, {});
    count(false);
}

/// What its task has done is seen file by file.
Result<void> Round::look_at(const stage::TaskBatch& batch) {
    for (const auto& [run, succeeded] : batch.runs)
        if (const auto plan = plan_of(run))
            count(export_run({config_, config_path_, *plan, succeeded, batch.trouble}));
    return stage::remove_batch(config_.state_dir, batch.file_system);
}

Result<ExportRound> Round::go(const std::vector<JobRun>& runs) {
    for (const JobRun& run : runs)
        look_after(run);
    const auto tasks = task_round(config_, wishes_);
    if (!tasks)
        return std::unexpected(tasks.error());
    for (const auto& said : tasks->waits)
        look_at(said, false);
    for (const auto& said : tasks->refused)
        look_at(said, true);
    for (const stage::TaskBatch& batch : tasks->ended)
        if (auto looked = look_at(batch); !looked)
            return std::unexpected(looked.error());
    return round_;
}

} // namespace

Result<ExportRound> export_round(const config::Config& config, const std::string& config_path) {
    const auto runs = stage::queued(config.state_dir);
    if (!runs)
        return std::unexpected(runs.error());
    return Round{config, config_path}.go(*runs);
}

void export_upkeep(const config::Config& config) {
    for (const JobRun& run : stage::planned(config.state_dir)) {
        if (fate_of(config, run) == Fate::Runs)
            continue;
        if (const auto queued = stage::enqueue(config.state_dir, run); !queued)
            log::error(queued.error());
    }
    stage::tidy(config.state_dir, config.staging.keep, std::time(nullptr));
}

} // namespace fairlead::cli
