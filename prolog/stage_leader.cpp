#include "prolog/stage_leader.hpp"

#include "base/log.hpp"
#include "config/paths.hpp"
#include "prolog/bucket_check.hpp"
#include "prolog/held_job.hpp"
#include "prolog/stage_note.hpp"
#include "slurm/job_control.hpp"
#include "stage/launch.hpp"
#include "stage/manifest.hpp"
#include "stage/queue.hpp"
#include "stage/queued.hpp"
#include "stage/standing.hpp"
#include "stage/status.hpp"

#include <algorithm>
#include <ctime>
#include <thread>

namespace fairlead::prolog {
namespace {

using Kind = StageAnswer::Kind;
using stage::Direction;

void log_failure(const Result<void>& done) {
    if (!done)
        log::error(done.error());
}

/// slurmctld is asked only for what the environment does not say.
class Names {
  public:
    explicit Names(const Leader& leader) : leader_(leader) {}

    std::optional<std::string> operator()(char symbol) {
        const JobId job = leader_.job.run.job;
        if (symbol == 'j')
            return std::to_string(job.value);
        if (symbol == 'u')
            return leader_.owner.name;
        if (!asked_)
            asked_ = slurm::load_job(job);
        if (!*asked_)
            return std::nullopt;
        const slurm::Job& known = **asked_;
        if (symbol == 'x')
            return known.name;
        if (symbol == 'A')
            return std::to_string(known.array.value_or(job.value));
        return std::to_string(known.task.value_or(0));
    }

  private:
    const Leader& leader_;
    std::optional<Result<slurm::Job>> asked_;
};

/// The controller's word needs no second look; a user's does.
Result<void> check_permit(Leader& leader) {
    if (leader.job.admitted)
        return {};
    return check_buckets(leader.config, leader.config_path, leader.owner, leader.account,
                         leader.job.transfers);
}

std::vector<stage::Transfer> of_phase(const Leader& leader, Direction phase,
                                      stage::Mode mode = stage::Mode::Shared) {
    std::vector<stage::Transfer> transfers;
    std::ranges::copy_if(
        leader.job.transfers, std::back_inserter(transfers),
        [&](const auto& transfer) { return transfer.direction == phase && transfer.mode == mode; });
    return transfers;
}

stage::Owner owner_of(const Leader& leader) {
    return {leader.owner.uid, leader.owner.gid, leader.owner.groups};
}

void tell_user(const Leader& leader, Direction phase, stage::Step step,
               const stage::Progress& progress, const std::string& message = {}) {
    stage::write_status(leader.config.state_dir,
                        {leader.job.run, phase, step, message, progress, {}}, leader.owner.uid);
}

/// Every other second: a sign of life for the other nodes and the user; now and then a question to
/// slurmctld whether the job still wants its data. What slurmctld does not answer counts as yes.
class Watcher {
  public:
    using Wanted = bool slurm::Job::*;
    Watcher(const Leader& leader, Wanted wanted) : leader_(leader), wanted_(wanted) {}

    bool operator()(const stage::Progress& progress) {
        constexpr int rounds = 5, told_rounds = 15; // 10 s, and 30 s
        last = progress;
        stage::beat(leader_.config.state_dir, leader_.job.run);
        tell_user(leader_, Direction::In, stage::Step::Staging, progress);
        if (++round_ % rounds != 0)
            return true;
        const auto job = slurm::load_job(leader_.job.run.job);
        const bool wanted =
            !job || ((*job).*wanted_ && !slurm::started_again(*job, leader_.job.run.restart));
        ended_ = !wanted;
        if (job && wanted && round_ % told_rounds == 0)
            log_failure(slurm::set_admin_comment(
                job->id, with_note(job->admin_comment, progress_note(progress))));
        return wanted;
    }

    bool ended() const { return ended_; }

    stage::Progress last{};

  private:
    const Leader& leader_;
    Wanted wanted_;
    bool ended_ = false;
    int round_ = 0;
};

bool may_run_without(const std::vector<stage::Transfer>& transfers) {
    return std::ranges::all_of(
        transfers, [](const auto& transfer) { return transfer.on_fail == stage::OnFail::Run; });
}

StageAnswer judged(const stage::StageResult& result,
                   const std::vector<stage::Transfer>& transfers) {
    const Error error = stage::error_of(result);
    switch (result.outcome) {
    case stage::Outcome::Done:
        return {Kind::Ready};
    case stage::Outcome::NodeFault:
        return {Kind::NodeFault, error};
    case stage::Outcome::DataFault:
    case stage::Outcome::ServiceFault:
        break;
    }
    if (!may_run_without(transfers))
        return {Kind::Refused, error};
    log::error(error);
    return {Kind::Ready};
}

/// A reason or a progress of before is past, and so is the word for the service.
void settle_comment(JobId id, std::int64_t files) {
    const auto job = slurm::load_job(id);
    if (job && (has_note(job->admin_comment) || stage::queued_id(job->admin_comment)))
        log_failure(slurm::set_admin_comment(
            id, with_note(stage::without_queued(job->admin_comment), ready_note(files))));
}

stage::Launch launch_of(const Leader& leader, const stage::Claim& claim,
                        std::chrono::seconds deadline) {
    return {.program = config::stage_path,
            .config = leader.config_path,
            .claim = claim,
            .phase = Direction::In,
            .run = leader.job.run,
            .cluster = leader.cluster,
            .owner = owner_of(leader),
            .transfers = of_phase(leader, Direction::In),
            .deadline = deadline,
            .s3_endpoint = leader.config.staging.s3_endpoint,
            .region = leader.config.region,
            .kms_key = leader.config.staging.kms_key};
}

void tell_end(const Leader& leader, const StageAnswer& answer, const stage::Progress& last) {
    const bool ready = answer.kind == Kind::Ready;
    tell_user(leader, Direction::In, ready ? stage::Step::Ready : stage::Step::Held, last,
              ready ? std::string{} : to_string(answer.error));
}

/// Who lost the claim says nothing more.
HeldCopy copied(const Leader& leader, const stage::Launch& launch, Watcher& watcher) {
    const auto result =
        stage::launch(launch, [&](const stage::Progress& progress) { return watcher(progress); });
    const StageAnswer answer =
        result ? judged(*result, launch.transfers) : StageAnswer{Kind::Refused, result.error()};
    if (answer.error.code == Code::S122)
        return {answer, false};
    const bool whole = result && result->outcome == stage::Outcome::Done;
    if (whole)
        stage::show_manifest(leader.config.state_dir, leader.job.run, Direction::In,
                             leader.owner.uid);
    return {answer, whole};
}

StageAnswer copy_in(const Leader& leader, const stage::Claim& claim) {
    const auto launch =
        launch_of(leader, claim, std::chrono::seconds(leader.config.staging.deadline));
    if (launch.transfers.empty())
        return {Kind::Ready};
    Watcher watcher{leader, &slurm::Job::running};
    const StageAnswer answer = copied(leader, launch, watcher).answer;
    if (answer.error.code != Code::S122)
        tell_end(leader, answer, watcher.last);
    if (answer.kind == Kind::Ready)
        settle_comment(leader.job.run.job, watcher.last.files_done);
    return answer;
}

/// slurmctld's word; older releases do not tell the prolog.
Result<std::string> account_of(const Leader& leader) {
    if (!leader.account.empty())
        return leader.account;
    auto job = slurm::load_job(leader.job.run.job);
    if (!job)
        return std::unexpected(job.error());
    return std::move(job->account);
}

/// Kept before the job starts, so that its results outlive its nodes.
Result<void> plan_out(const Leader& leader) {
    const auto transfers = of_phase(leader, Direction::Out);
    if (transfers.empty())
        return {};
    const auto account = account_of(leader);
    if (!account)
        return std::unexpected(account.error());
    auto planned =
        stage::write_plan(leader.config.state_dir,
                          {leader.job.run, leader.cluster, owner_of(leader), transfers, *account});
    if (planned)
        tell_user(leader, Direction::Out, stage::Step::Waiting, {});
    return planned;
}

/// The other nodes learn of it last, when all that they rely on is written.
StageAnswer tell_nodes(const Leader& leader, const stage::Claim& claim, const StageAnswer& answer) {
    const bool ready = answer.kind == Kind::Ready;
    const auto written = stage::write_standing(
        claim, leader.job.run,
        {ready ? stage::Stand::Ready : stage::Stand::Refused, leader.node, text_of(answer)});
    return written || !ready ? answer : StageAnswer{Kind::Refused, written.error()};
}

StageAnswer refused(const Result<void>& done) { return {Kind::Refused, done.error()}; }

/// Every node asks, so seldom: what slurmctld does not answer counts as yes.
stage::Watch now_and_then(const stage::JobRun& run) {
    constexpr int rounds = 15; // 30 s
    return [id = run.job, restart = run.restart, round = 0](const stage::Progress&) mutable {
        if (++round % rounds != 0)
            return true;
        const auto job = slurm::load_job(id);
        return !job || (job->running && !slurm::started_again(*job, restart));
    };
}

stage::Status of_nodes(const Leader& leader, stage::Step step, const stage::Progress& progress,
                       const std::string& message = {}) {
    return {.run = leader.job.run,
            .phase = Direction::In,
            .step = step,
            .message = message,
            .progress = progress,
            .mode = stage::Mode::Local};
}

/// That a node could not take it is not hidden by what the first one says.
void tell_of_nodes(const Leader& leader, const stage::Status& status) {
    const auto told = stage::read_statuses(leader.config.state_dir, leader.job.run.job);
    const bool held = std::ranges::any_of(told, [&](const stage::Status& other) {
        return other.run == status.run && other.mode == stage::Mode::Local &&
               other.step == stage::Step::Held;
    });
    if (!held || status.step == stage::Step::Held)
        stage::write_status(leader.config.state_dir, status, leader.owner.uid);
}

/// Nodes differ, so that the reason names its own.
StageAnswer of_node(StageAnswer answer, const Leader& leader) {
    if (answer.kind == Kind::Refused)
        answer.error.message += fmt::format(" (on node {})", leader.node);
    return answer;
}

HeldCopy filled(const Leader& leader, std::chrono::seconds deadline, const stage::Watch& watch) {
    const std::filesystem::path node_state = config::run_dir;
    const auto claim = stage::make_claim(node_state, leader.job.run.job, std::time(nullptr));
    if (!claim)
        return {{Kind::Refused, claim.error()}};
    auto launch = launch_of(leader, *claim, deadline);
    launch.transfers = of_phase(leader, Direction::In, stage::Mode::Local);
    const auto result = stage::launch(launch, watch);
    const StageAnswer answer =
        result ? judged(*result, launch.transfers) : StageAnswer{Kind::Refused, result.error()};
    return {of_node(answer, leader), result && result->outcome == stage::Outcome::Done};
}

void tell_unfilled(const Leader& leader, const StageAnswer& answer) {
    if (answer.kind != Kind::Ready)
        tell_of_nodes(leader, of_nodes(leader, stage::Step::Held, {}, to_string(answer.error)));
}

/// The job may have been released since it was seen held; from now on its prolog outranks us.
Result<void> fit_while_held(Leader& leader) {
    const auto job = slurm::load_job(leader.job.run.job);
    if (!job)
        return std::unexpected(job.error());
    if (!awaits_data(*job))
        return fail(Code::S122, "job {} was released meanwhile", job->id.value);
    auto fit = spell_out(leader);
    if (fit)
        fit = check_permit(leader);
    return fit ? stage::check_folders(leader.config.staging, of_phase(leader, Direction::In)) : fit;
}

/// Of a job that is released or cancelled its prolog speaks from now on, or nobody.
void tell_held(const Leader& leader, const stage::Claim& claim, const HeldCopy& copy,
               const Watcher& watcher) {
    if (copy.answer.error.code == Code::S122 || !stage::still_ours(claim))
        return;
    const HeldEnd end = end_of(copy.answer, copy.whole);
    if (!watcher.ended() && (end == HeldEnd::Staged || end == HeldEnd::Refused))
        tell_end(leader, copy.answer, watcher.last);
    else
        stage::remove_status(leader.config.state_dir, leader.job.run, Direction::In);
}

enum class Sent { Back, Gone, No };

/// slurmctld may be busy or away for a moment. Who is not where they were is left alone: the answer
/// may have been lost, or somebody else was faster.
Sent send_back(const slurm::Job& job) {
    constexpr int tries = 3;
    for (int i = 0; i < tries; ++i) {
        const auto held = slurm::requeue_held(job.whole);
        if (held)
            return Sent::Back;
        log::error(held.error());
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const auto now = slurm::load_job(job.id);
        if (now ? slurm::has_left(*now, job.restarts) : slurm::is_unknown(now.error()))
            return Sent::Gone;
    }
    return Sent::No;
}

/// Nothing that fails here makes the data complete, so the job's steps are refused all the same.
void hold(const slurm::Job& job, const Error& error) {
    const std::string note = held_note(error, job.id);
    log::write(log::Level::Info, note);
    if (job.batch && job.may_requeue) {
        log_failure(slurm::set_admin_comment(
            job.id, with_note(stage::without_queued(job.admin_comment), note)));
        if (send_back(job) != Sent::No)
            return;
    }
    log_failure(slurm::notify(job.id, "fairlead: " + to_string(error)));
    log_failure(slurm::cancel(job.whole));
}

} // namespace

Result<void> spell_out(Leader& leader) {
    Names names{leader};
    for (stage::Transfer& transfer : leader.job.transfers) {
        auto whole = stage::expand(transfer, [&](char symbol) { return names(symbol); }, true);
        if (!whole)
            return std::unexpected(whole.error());
        transfer = std::move(*whole);
    }
    return {};
}

StageAnswer fill_node(const Leader& leader, std::chrono::seconds deadline) {
    const StageAnswer answer = filled(leader, deadline, now_and_then(leader.job.run)).answer;
    tell_unfilled(leader, answer);
    return answer;
}

StageAnswer fill_first_node(const Leader& leader, std::chrono::seconds deadline) {
    if (!leader.job.has(Direction::In, stage::Mode::Local))
        return {Kind::Ready};
    stage::Progress last;
    const stage::Watch wanted = now_and_then(leader.job.run);
    const HeldCopy copy = filled(leader, deadline, [&](const stage::Progress& progress) {
        last = progress;
        tell_of_nodes(leader, of_nodes(leader, stage::Step::Staging, progress));
        return wanted(progress);
    });
    tell_unfilled(leader, copy.answer);
    if (copy.whole)
        stage::show_node_manifest(config::run_dir, leader.config.state_dir, leader.job.run,
                                  leader.owner.uid);
    if (copy.answer.kind == Kind::Ready)
        tell_of_nodes(leader, of_nodes(leader, stage::Step::Ready, last,
                                       fmt::format("(as on node {})", leader.node)));
    return copy.answer;
}

StageAnswer lead(Leader& leader) {
    const auto claim =
        stage::make_claim(leader.config.state_dir, leader.job.run.job, std::time(nullptr));
    if (!claim)
        return {Kind::Refused, claim.error()};
    if (auto told =
            stage::write_standing(*claim, leader.job.run, {stage::Stand::Staging, leader.node});
        !told)
        return refused(told);
    auto fit = spell_out(leader);
    if (fit)
        fit = check_permit(leader);
    StageAnswer answer = fit ? copy_in(leader, *claim) : refused(fit);
    if (answer.kind == Kind::Ready)
        if (auto planned = plan_out(leader); !planned)
            answer = refused(planned);
    return tell_nodes(leader, *claim, answer);
}

HeldCopy lead_held(Leader& leader, std::int64_t epoch) {
    constexpr auto day = std::chrono::hours(24); // no prolog ends it
    const auto claim = stage::claim_after(leader.config.state_dir, leader.job.run.job, epoch);
    if (!claim)
        return {{Kind::Refused, claim.error()}};
    if (auto fit = fit_while_held(leader); !fit)
        return {refused(fit)};
    const auto launch = launch_of(leader, *claim, day);
    Watcher watcher{leader, &slurm::Job::held};
    HeldCopy copy = copied(leader, launch, watcher);
    if (copy.whole)
        if (auto kept = stage::keep_staged(launch); !kept)
            return {refused(kept)};
    tell_held(leader, *claim, copy, watcher);
    return copy;
}

void refuse_nodes(const std::filesystem::path& state_dir, const stage::JobRun& run,
                  const Error& error) {
    const auto claim = stage::make_claim(state_dir, run.job, std::time(nullptr));
    if (!claim)
        return log::error(claim.error());
    log_failure(stage::write_standing(
        *claim, run, {stage::Stand::Refused, "", text_of({Kind::Refused, error})}));
}

bool hold_job(JobId id, int restart, const Error& error) {
    const auto job = slurm::load_job(id);
    if (!job) {
        log::error(job.error());
        return true;
    }
    if (slurm::started_again(*job, restart))
        return false;
    if (job->running) // else cancelled or requeued meanwhile
        hold(*job, error);
    return true;
}

} // namespace fairlead::prolog
