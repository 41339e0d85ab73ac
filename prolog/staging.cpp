#include "prolog/staging.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/words.hpp"
#include "config/paths.hpp"
#include "prolog/drain.hpp"
#include "prolog/stage_answer.hpp"
#include "prolog/staged_job.hpp"
#include "prolog/timing.hpp"
#include "prolog/unkept.hpp"
#include "state/paths.hpp"
#include "state/stage_mark.hpp"

#include <unistd.h>

namespace fairlead::prolog {
namespace {

constexpr int go_on = 0, node_broken = 1;

/// What the prolog knows of the job and of itself.
struct Staged {
    const JobEnvironment& job;
    const config::Config& config;
    const Arguments& arguments;
};

/// All that fairlead-stage-in needs of this prolog's own environment.
std::vector<std::string> job_environment() {
    auto env = plain_environment();
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        if (text.starts_with("SLURM_") || text.starts_with("SLURMD_NODENAME=") ||
            text.starts_with("SPANK_"))
            if (!text.starts_with("SLURM_CONF="))
                env.emplace_back(text);
    }
    return env;
}

Deadline acting_deadline(const config::Config& config) {
    return Deadline{std::chrono::seconds(config.node_checks.deadline)};
}

/// The exit status of the prolog. The mark that stands from before keeps the steps from running; a
/// node that cannot replace it is broken.
int leave_mark(const Staged& staged, const state::StageMark& mark) {
    const auto written = state::write_stage_mark(config::run_dir, mark);
    if (written)
        return go_on;
    return end_unkept(staged.job, staged.config, staged.arguments, written.error(),
                      mark.refusal.value_or(to_string(written.error())), Blame::Node,
                      acting_deadline(staged.config));
}

state::StageMark mark_of(const JobEnvironment& job, const config::Config& config) {
    const auto staged = staged_job(EnvView{environ}, *job.job, config);
    return {*job.job, config.state_dir, staged ? stage::name_of(staged->run) : std::string{}};
}

/// Some time beyond its own deadline, for telling slurmctld.
std::chrono::seconds child_time(const config::Config& config) {
    return std::chrono::seconds(config.staging.deadline) + stage_margin;
}

Result<ChildResult> run(std::vector<std::string> words, std::chrono::milliseconds time,
                        const Arguments& arguments) {
    const char* path = arguments.config_path ? arguments.config_path : config::default_path;
    if (auto trusted = check_trusted(config::stage_in_path); !trusted)
        return std::unexpected(trusted.error());
    std::vector<std::string> argv{config::stage_in_path, "--config", path};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_child(Code::S119, argv, job_environment(), time);
}

/// What fairlead-stage-in has not done itself, because it was killed or left the job to the node's
/// drain: holds the job.
void hold(const std::string& sentence, const Arguments& arguments) {
    if (const auto held = run({"--hold", sentence}, stage_margin, arguments); !held)
        log::error(held.error());
}

StageAnswer ask(const config::Config& config, const Arguments& arguments) {
    const auto done = run({}, child_time(config), arguments);
    if (done)
        if (auto answer = read_answer(done->status, done->output))
            return std::move(*answer);
    const Error error =
        done ? Error{Code::S123, fmt::format("staging ended with status {}", done->status)}
             : done.error();
    log::error(error);
    hold(to_string(error), arguments);
    return {StageAnswer::Kind::Refused, error};
}

int refuse(const Staged& staged, state::StageMark&& unstaged, const Error& error) {
    unstaged.refusal = to_string(error);
    return leave_mark(staged, unstaged);
}

/// Where the node may not be drained it stays in service, and the job does not run.
int fail_node(const Staged& staged, const Error& error, state::StageMark&& unstaged) {
    log::error(error);
    const Removal removal =
        remove_from_service(staged.config, staged.job.node, staged.job.partition, error,
                            acting_deadline(staged.config));
    if (removal == Removal::Drained)
        return node_broken;
    hold(to_string(error), staged.arguments);
    return refuse(staged, std::move(unstaged), error);
}

} // namespace

Result<void> begin_staging(const JobEnvironment& job, const config::Config& config) {
    if (!stages(EnvView{environ}))
        return {};
    state::StageMark unstaged = mark_of(job, config);
    unstaged.refusal = to_string(
        Error{Code::S130, "the data of the job is not complete on this node yet; see `fairlead "
                          "stage status`"});
    return state::write_stage_mark(config::run_dir, unstaged);
}

int stage_in(const JobEnvironment& job, const config::Config& config, const Arguments& arguments) {
    if (!stages(EnvView{environ}))
        return go_on;
    const Staged staged{job, config, arguments};
    state::StageMark place = mark_of(job, config);
    const StageAnswer answer = ask(config, arguments);
    switch (answer.kind) {
    case StageAnswer::Kind::Ready:
        return leave_mark(staged, place);
    case StageAnswer::Kind::NodeFault:
        return fail_node(staged, answer.error, std::move(place));
    case StageAnswer::Kind::Refused:
        break;
    }
    return refuse(staged, std::move(place), answer.error);
}

void refuse_staging(const JobEnvironment& job, const Error& error) {
    if (!stages(EnvView{environ}))
        return;
    const auto marked =
        state::write_stage_mark(config::run_dir, {*job.job, {}, {}, to_string(error)});
    if (!marked)
        log::error(marked.error());
}

} // namespace fairlead::prolog
