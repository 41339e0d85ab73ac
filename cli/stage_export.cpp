#include "cli/stage_export.hpp"

#include "base/child.hpp"
#include "base/log.hpp"
#include "cli/ask_slurm.hpp"
#include "cli/stage_tasks.hpp"
#include "config/paths.hpp"
#include "prolog/bucket_check.hpp"
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

Result<ChildResult> show_job(const config::Config& config, JobId job) {
    constexpr auto deadline = std::chrono::seconds(20);
    return run_child(Code::S131,
                     {config.scontrol, "--oneliner", "show", "job", fmt::format("{}", job.value)},
                     plain_environment(), deadline, usual_output, Complaints::Kept);
}

enum class Fate {
    Runs,       ///< or waits to start again, or is not known to have ended
    Superseded, ///< by a later start of the same job, which leaves results of its own
    Succeeded,
    Failed,
    Forgotten, ///< it ended so long ago that slurmctld does not know how
};

/// A job that slurmctld does not know has ended; one that cannot be asked for may run. A job that
/// is requeued may be cancelled before it starts again, so that its results wait until it does.
Fate fate_of(const config::Config& config, const JobRun& run) {
    if (stage::planned_again(config.state_dir, run))
        return Fate::Superseded;
    const auto shown = show_job(config, run.job);
    if (!shown)
        return Fate::Runs;
    if (shown->status != 0)
        return stage::says_unknown_job(shown->output) ? Fate::Forgotten : Fate::Runs;
    const auto end = stage::read_job_end(shown->output, run.job);
    if (!end || !end->ended)
        return Fate::Runs;
    return end->succeeded && end->restarts == run.restart ? Fate::Succeeded : Fate::Failed;
}

bool depends_on_success(const stage::ExportPlan& plan) {
    return std::ranges::any_of(plan.transfers, [](const stage::Transfer& transfer) {
        return transfer.when == stage::When::Success;
    });
}

/// Results may wait for longer than slurmctld knows how their job ended.
void remember(const config::Config& config, const JobRun& run, bool succeeded) {
    stage::Retry retry = stage::read_retry(config.state_dir, run);
    if (retry.succeeded) // by this start; a later one may have been cancelled
        return;
    retry.succeeded = succeeded;
    if (auto kept = stage::write_retry(config.state_dir, run, retry); !kept)
        log::error(kept.error());
}

/// Nothing where nobody knows.
std::optional<bool> known_success(const config::Config& config, const stage::ExportPlan& plan) {
    if (!depends_on_success(plan))
        return false;
    if (const auto kept = stage::read_retry(config.state_dir, plan.run).succeeded)
        return kept;
    const auto runs = ask_ends(config, plan.run.job);
    return runs ? stage::read_accounted_success(*runs, plan.run) : std::nullopt;
}

struct Export {
    const config::Config& config;
    const std::string& config_path;
    const stage::ExportPlan& plan;
    std::optional<bool> succeeded; ///< nothing where nobody knows
    std::string trouble{};         ///< of a task of FSx before
};

/// What is for jobs that succeed stays where it is otherwise. What was exported before it was known
/// whether the job did is its user's again, who may have removed or overwritten it.
std::vector<stage::Transfer> due(const Export& work) {
    const bool always_done = stage::read_retry(work.config.state_dir, work.plan.run).always_done;
    const bool succeeded = work.succeeded.value_or(false);
    std::vector<stage::Transfer> transfers;
    std::ranges::copy_if(work.plan.transfers, std::back_inserter(transfers),
                         [&](const auto& transfer) {
                             return transfer.when == stage::When::Always ? !always_done : succeeded;
                         });
    return transfers;
}

/// The map is asked again, because it and the user's groups may be others than when the job began.
Result<std::vector<stage::Transfer>> allowed(const Export& work) {
    auto transfers = due(work);
    if (transfers.empty())
        return transfers;
    const auto owner = prolog::job_owner(work.plan.owner.uid);
    if (!owner)
        return std::unexpected(owner.error());
    if (auto fine = prolog::check_buckets(work.config, work.config_path, *owner, work.plan.account,
                                          transfers);
        !fine)
        return std::unexpected(fine.error());
    return transfers;
}

void tell_user(const Export& work, stage::Step step, const stage::Progress& progress,
               const std::string& message) {
    stage::write_status(work.config.state_dir,
                        {work.plan.run, Direction::Out, step, message, progress, {}},
                        work.plan.owner.uid);
}

Result<void> copy_out(const Export& work, stage::Progress& last) {
    const auto transfers = allowed(work);
    if (!transfers)
        return std::unexpected(transfers.error());
    if (transfers->empty())
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
                                       .transfers = *transfers,
                                       .deadline = day,
                                       .s3_endpoint = work.config.staging.s3_endpoint,
                                       .region = work.config.region,
                                       .kms_key = work.config.staging.kms_key},
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

/// The rest may go out later, and is then all that its own manifest has.
Result<void> keep_first(const Export& work) {
    const auto& state_dir = work.config.state_dir;
    if (stage::read_retry(state_dir, work.plan.run).always_done)
        return {};
    if (auto kept = stage::keep_first_manifest(state_dir, work.plan.run); !kept)
        return kept;
    stage::show_manifest(state_dir, work.plan.run, Direction::Out, work.plan.owner.uid);
    stage::Retry retry =
        stage::read_retry(state_dir, work.plan.run); // an administrator may have spoken
    retry.always_done = true;
    return stage::write_retry(state_dir, work.plan.run, retry);
}

/// What is for jobs that succeed stays in the queue where nobody knows whether this one did.
Result<void> export_all(const Export& work, stage::Progress& progress) {
    const auto done = copy_out(work, progress);
    if (!done || work.succeeded)
        return done;
    if (auto kept = keep_first(work); !kept)
        return kept;
    return fail(
        Code::S134,
        "slurmctld has forgotten job {}, and slurmdbd does not say whether it succeeded: its "
        "results of when=success wait",
        work.plan.run.job.value);
}

/// Whether the results are where they belong.
bool export_run(const Export& work) {
    stage::Progress progress;
    auto done = export_all(work, progress);
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
    void note_end(const JobRun& run);
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

/// Before anything is exported, because that may take longer than slurmctld knows the others.
void Round::note_end(const JobRun& run) {
    if (stage::read_retry(config_.state_dir, run).succeeded)
        return;
    const auto plan = plan_of(run);
    if (!plan || !depends_on_success(*plan))
        return;
    const Fate fate = fate_of(config_, run);
    if (fate == Fate::Succeeded || fate == Fate::Failed)
        remember(config_, run, fate == Fate::Succeeded);
}

void Round::look_after(const JobRun& run) {
    const Fate fate = fate_of(config_, run);
    if (fate == Fate::Superseded)
        return supersede(config_, run);
    const auto plan = fate == Fate::Runs ? std::nullopt : plan_of(run);
    if (!plan)
        return;
    if (fate != Fate::Forgotten && depends_on_success(*plan))
        remember(config_, run, fate == Fate::Succeeded);
    const stage::Retry retry = stage::read_retry(config_.state_dir, run);
    if (retry.due > std::time(nullptr))
        return;
    const Export work{config_, config_path_, *plan, known_success(config_, *plan)};
    const auto transfers = allowed(work);
    auto paths = transfers ? stage::task_paths(*transfers, config_.staging.links)
                           : std::unexpected(transfers.error());
    if (!paths) {
        try_again(work, paths.error(), {});
        return count(false);
    }
    if (paths->empty())
        return count(export_run(work));
    wishes_.push_back({{run, work.succeeded.value_or(false)}, std::move(*paths), retry.together});
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
            count(export_run({config_, config_path_, *plan,
                              succeeded ? true : known_success(config_, *plan), batch.trouble}));
    return stage::remove_batch(config_.state_dir, batch.file_system);
}

Result<ExportRound> Round::go(const std::vector<JobRun>& runs) {
    for (const JobRun& run : runs)
        note_end(run);
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

/// Whether its results wait for a word on how it ended that neither slurmctld nor slurmdbd has.
bool waits_for_word(const config::Config& config, const JobRun& run) {
    const auto plan = stage::read_plan(stage::queued_file(config.state_dir, run));
    return plan && depends_on_success(*plan) && fate_of(config, run) == Fate::Forgotten &&
           !known_success(config, *plan);
}

} // namespace

bool is_to_come(const config::Config& config, JobId job) {
    const auto shown = show_job(config, job);
    if (!shown || shown->status != 0)
        return false;
    const auto end = stage::read_job_end(shown->output, job);
    return end && !end->ended;
}

Result<void> tell_end(const config::Config& config, JobId job, bool succeeded) {
    const auto runs = stage::queued(config.state_dir);
    if (!runs)
        return std::unexpected(runs.error());
    bool any = false;
    for (const JobRun& run : *runs) {
        if (run.job != job || !waits_for_word(config, run))
            continue;
        stage::Retry retry = stage::read_retry(config.state_dir, run);
        retry.succeeded = succeeded;
        retry.due = 0;
        if (auto kept = stage::write_retry(config.state_dir, run, retry); !kept)
            return kept;
        any = true;
    }
    if (any)
        return {};
    return fail(Code::S132,
                "no results of job {} wait for a word on whether it succeeded; Slurm's own word "
                "counts where it has one",
                job.value);
}

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
