#include "prolog/stage_held.hpp"

#include "base/child.hpp"
#include "base/log.hpp"
#include "prolog/stage_leader.hpp"
#include "prolog/stage_note.hpp"
#include "slurm/job_control.hpp"
#include "slurm/queue.hpp"
#include "stage/orders.hpp"
#include "stage/queued.hpp"

namespace fairlead::prolog {
namespace {

using Kind = StageAnswer::Kind;

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

/// What the script asks for. The nodes have the controller's record, and copy what differs from it.
Result<stage::Request> request_of(const slurm::Job& job, const config::Config& config) {
    const auto script = script_of(job.id, config);
    if (!script)
        return std::unexpected(script.error());
    auto request = stage::gather({std::nullopt, *script}, config.staging);
    if (request && !stage::asks_queued(*request))
        return fail(Code::S133, "the script of job {} does not ask for it", job.id.value);
    return request;
}

/// The service's own trouble is no reason to keep the job waiting.
enum class End { Staged, Refused, Unable, Nobodys };

struct Outcome {
    End end;
    Error error{Code::S133, {}};
};

Outcome outcome_of(const StageAnswer& answer) {
    switch (answer.kind) {
    case Kind::Ready:
        return {End::Staged};
    case Kind::NodeFault:
        return {End::Unable, answer.error};
    case Kind::Refused:
        break;
    }
    if (answer.error.code == Code::S122)
        return {End::Nobodys, answer.error};
    return {answer.error.code == Code::S123 ? End::Unable : End::Refused, answer.error};
}

Outcome staged(const slurm::Job& job, std::string id, const config::Config& config,
               const std::string& config_path) {
    const auto cluster = slurm::cluster();
    if (!cluster)
        return {End::Unable, cluster.error()};
    auto request = request_of(job, config);
    if (!request)
        return {End::Unable, request.error()};
    auto owner = job_owner(job.user);
    if (!owner)
        return {End::Unable, owner.error()};
    Leader leader{
        .config = config,
        .config_path = config_path,
        .node = {},
        .cluster = cluster->name,
        .job = {{job.id, job.restarts, std::move(id)}, std::move(request->transfers), false},
        .owner = std::move(*owner),
        .account = job.account};
    return outcome_of(lead_held(leader));
}

/// Whom an operator holds meanwhile stays held. slurmctld releases and complains where nothing can
/// start now, because the partition is down (22.05: seen).
Result<void> release(const slurm::Job& job, std::string_view note) {
    const std::string comment = with_note(stage::without_queued(job.admin_comment), note);
    if (!job.held_by_user)
        return slurm::set_admin_comment(job.id, comment);
    const auto released = slurm::release(job.id, comment);
    if (released)
        return released;
    const auto now = slurm::load_job(job.id);
    return now && !now->held ? Result<void>{} : released;
}

/// One that was released or cancelled meanwhile is left alone.
Result<void> settle(JobId id, const Outcome& outcome) {
    const auto job = slurm::load_job(id);
    if (!job)
        return slurm::is_unknown(job.error()) ? Result<void>{} : std::unexpected(job.error());
    if (!job->held || outcome.end == End::Nobodys)
        return {};
    switch (outcome.end) {
    case End::Staged:
        return release(*job, "FL-S: staged in while it was held");
    case End::Unable:
        log::error(outcome.error);
        return release(*job, "FL-S: its data comes in when it starts");
    default:
        return slurm::set_admin_comment(
            id, with_note(stage::without_queued(job->admin_comment), held_note(outcome.error, id)));
    }
}

} // namespace

int stage_held(JobId id, const config::Config& config, const std::string& config_path) {
    const auto job = slurm::load_job(id);
    if (!job) {
        log::error(job.error());
        return 1;
    }
    auto submission = stage::queued_id(job->admin_comment);
    if (!job->held || !submission)
        return 0;
    const Outcome outcome = staged(*job, std::move(*submission), config, config_path);
    const auto done = settle(id, outcome);
    if (!done)
        log::error(done.error());
    return done ? 0 : 1;
}

} // namespace fairlead::prolog
