#include "cli/stage_export.hpp"

#include "base/child.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "stage/job_end.hpp"
#include "stage/launch.hpp"
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

/// Whether the results are where they belong. What fails stays queued.
bool export_run(const Export& work) {
    const auto& state_dir = work.config.state_dir;
    const JobRun& run = work.plan.run;
    stage::Progress progress;
    auto done = copy_out(work, progress);
    if (done)
        done = stage::finish(state_dir, run);
    if (done) {
        tell_user(work, stage::Step::Exported, progress, {});
        return true;
    }
    log::error(done.error());
    const auto retry = stage::after_failure(stage::read_retry(state_dir, run), std::time(nullptr),
                                            to_string(done.error()));
    if (auto kept = stage::write_retry(state_dir, run, retry); !kept)
        log::error(kept.error());
    tell_user(work, stage::Step::Waiting, progress, to_string(done.error()));
    return false;
}

/// A requeued job stages out what its last start leaves.
void supersede(const config::Config& config, const JobRun& run) {
    if (auto done = stage::finish(config.state_dir, run); !done)
        log::error(done.error());
    stage::remove_status(config.state_dir, run, Direction::Out);
}

void look_after(const config::Config& config, const std::string& config_path, const JobRun& run,
                ExportRound& round) {
    const Fate fate = fate_of(config, run);
    if (fate == Fate::Superseded)
        return supersede(config, run);
    if (fate == Fate::Runs || stage::read_retry(config.state_dir, run).due > std::time(nullptr))
        return;
    const auto plan = stage::read_plan(stage::queued_file(config.state_dir, run));
    if (!plan) {
        if (plan.error().code != Code::X101)
            log::error(plan.error());
        return;
    }
    (export_run({config, config_path, *plan, fate == Fate::Succeeded}) ? round.exported
                                                                       : round.failed) += 1;
}

} // namespace

Result<ExportRound> export_round(const config::Config& config, const std::string& config_path) {
    const auto runs = stage::queued(config.state_dir);
    if (!runs)
        return std::unexpected(runs.error());
    ExportRound round;
    for (const JobRun& run : *runs)
        look_after(config, config_path, run, round);
    return round;
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
