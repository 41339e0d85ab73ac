#include "prolog/stage_held.hpp"

#include "base/child.hpp"
#include "base/log.hpp"
#include "prolog/held_job.hpp"
#include "prolog/stage_leader.hpp"
#include "slurm/job_control.hpp"
#include "slurm/queue.hpp"
#include "stage/claim.hpp"
#include "stage/orders.hpp"
#include "stage/queued.hpp"

namespace fairlead::prolog {
namespace {

/// The beginning of the script, where its #STAGE lines are.
Result<std::string> script_of(JobId job, const config::Config& config) {
    constexpr auto deadline = std::chrono::seconds(30);
    constexpr std::size_t limit = 1024 * 1024;
    const auto shown = run_child(
        Code::S133, {config.scontrol, "write", "batch_script", fmt::format("{}", job.value), "-"},
        plain_environment(), deadline, limit);
    if (!shown)
        return std::unexpected(shown.error());
    if (shown->status != 0)
        return fail(Code::S133, "slurmctld does not show the script of job {}", job.value);
    return shown->output;
}

struct Outcome {
    HeldEnd end;
    Error error{Code::S133, {}};
};

/// What the script asks for. The nodes have the controller's record, and copy what differs from it.
/// A script that does not ask is no reason to release its job.
std::expected<stage::Request, Outcome> request_of(const slurm::Job& job,
                                                  const config::Config& config) {
    const auto script = script_of(job.id, config);
    if (!script)
        return std::unexpected(Outcome{HeldEnd::Left, script.error()});
    auto request = stage::gather({std::nullopt, *script}, config.staging);
    if (!request)
        return std::unexpected(Outcome{HeldEnd::Refused, request.error()});
    if (!stage::asks_queued(*request))
        return std::unexpected(
            Outcome{HeldEnd::Refused, Error{Code::S133, "its script asks for no when=queued"}});
    return std::move(*request);
}

/// The service's own trouble is no reason to keep the job waiting.
Outcome staged(const slurm::Job& job, std::int64_t epoch, const config::Config& config,
               const std::string& config_path) {
    const auto cluster = slurm::cluster();
    if (!cluster)
        return {HeldEnd::Left, cluster.error()};
    auto request = request_of(job, config);
    if (!request)
        return request.error();
    auto owner = job_owner(job.user);
    if (!owner)
        return {HeldEnd::Left, owner.error()};
    Leader leader{.config = config,
                  .config_path = config_path,
                  .node = {},
                  .cluster = cluster->name,
                  .job = {{job.id, job.restarts, *stage::queued_id(job.admin_comment)},
                          std::move(request->transfers),
                          false},
                  .owner = std::move(*owner),
                  .account = job.account};
    const HeldCopy copy = lead_held(leader, epoch);
    return {end_of(copy.answer, copy.whole), copy.answer.error};
}

/// slurmctld releases and complains where nothing can start now, because the partition is down
/// (22.05: seen).
Result<void> apply(JobId id, const HeldChange& change) {
    if (!change.release)
        return slurm::set_admin_comment(id, change.comment);
    const auto released = slurm::release(id, change.comment);
    if (released)
        return released;
    const auto now = slurm::load_job(id);
    return now && !now->held ? Result<void>{} : released;
}

/// One that was cancelled meanwhile is left alone.
Result<void> settle(JobId id, std::string_view submission, const Outcome& outcome) {
    const auto job = slurm::load_job(id);
    if (!job)
        return slurm::is_unknown(job.error()) ? Result<void>{} : std::unexpected(job.error());
    if (outcome.end == HeldEnd::Left && !outcome.error.message.empty())
        log::error(outcome.error);
    const auto change = change_of(*job, submission, outcome.end, outcome.error);
    return change ? apply(id, *change) : Result<void>{};
}

} // namespace

int stage_held(JobId id, const config::Config& config, const std::string& config_path) {
    // Before the look at the job: a prolog that claims it afterwards is not outranked.
    const auto epoch = stage::last_epoch(config.state_dir, id);
    const auto job = slurm::load_job(id);
    if (!job) {
        log::error(job.error());
        return 1;
    }
    const auto submission = stage::queued_id(job->admin_comment);
    if (!submission || !awaits_data(*job))
        return 0;
    const Outcome outcome =
        epoch ? staged(*job, *epoch, config, config_path) : Outcome{HeldEnd::Left, epoch.error()};
    const auto done = settle(id, *submission, outcome);
    if (!done)
        log::error(done.error());
    return done ? 0 : 1;
}

} // namespace fairlead::prolog
