#include "prolog/leader.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "base/words.hpp"
#include "config/paths.hpp"
#include "prolog/placed_job.hpp"
#include "prolog/placement_program.hpp"
#include "prolog/placement_word.hpp"
#include "prolog/timing.hpp"
#include "state/paths.hpp"

#include <unistd.h>

namespace fairlead::prolog {
namespace {

using Refusal = std::optional<std::string>;

/// Of a job on several nodes.
struct Question {
    const JobEnvironment& job;
    const config::Config& config;
    state::JobStart start;
    bool first; ///< this is the job's first node
};

/// Nothing is known, so the partition's policy decides.
Refusal unknown(const Error& error, const std::string& partition, const config::Config& config) {
    log::error(error);
    const bool may_run =
        config::rules_for(config, partition).unknown_placement == config::UnknownPlacement::Run;
    return may_run ? Refusal{} : to_string(error);
}

Refusal judged(const JobEnvironment& job, const config::Config& config, const Arguments& arguments,
               const Deadline& deadline) {
    constexpr int reserved = 2; // for telling the other nodes, and the gate
    const auto checked =
        judge_by_program(arguments, deadline.share(placement_time, reserved * storage_time));
    if (checked && checked->status == 0)
        return std::nullopt;
    if (checked && !checked->output.empty())
        return std::string(trimmed(checked->output));
    return unknown(checked ? Error{Code::E221, "where the job's nodes lie could not be checked"}
                           : checked.error(),
                   job.partition, config);
}

/// What the fork that waits returns.
enum HeardStatus { fine, refused, ours, silence };

ChildResult hear(const Question& question, std::chrono::milliseconds time) {
    auto heard = hear_word(question.config.state_dir, question.start, question.first, time);
    if (heard.kind == Hearing::Kind::Said)
        return heard.refusal ? ChildResult{refused, std::move(*heard.refusal)}
                             : ChildResult{fine, {}};
    return {heard.kind == Hearing::Kind::Ours ? ours : silence, {}};
}

/// So that the epilog removes the word. A refusal stays for the other nodes: the epilog here comes
/// at once, and they may not have looked yet.
void remember_word(const Question& question) {
    const auto folder = state::job_folder(config::run_dir, question.start.job);
    const auto word = state::placement_word_file(question.config.state_dir, question.start);
    auto kept = make_folders(folder, 0755);
    if (kept)
        kept = write_atomic(folder / state::asked_name, word.native(), 0600);
    if (!kept)
        log::error(kept.error());
}

void tell(const Question& question, const Refusal& refusal, const Deadline& deadline) {
    const auto told = run_forked(
        Code::E221, "telling the job's other nodes where they lie", deadline.share(storage_time),
        [&] { return state::say_placement(question.config.state_dir, question.start, refusal); });
    if (!told)
        log::error(told.error());
}

Refusal judged_for_all(const Question& question, const Arguments& arguments,
                       const Deadline& deadline) {
    Refusal refusal = judged(question.job, question.config, arguments, deadline);
    tell(question, refusal, deadline);
    if (!refusal)
        remember_word(question);
    return refusal;
}

Refusal heard(const Question& question, const Arguments& arguments, const Deadline& deadline) {
    const auto time = deadline.share(deadline.left(), storage_time);
    const auto answer =
        ask_forked(Code::E221, "state_dir what the job's first node says of its placement",
                   time + storage_time / 2, [&] { return hear(question, time); });
    if (!answer)
        return unknown(answer.error(), question.job.partition, question.config);
    switch (answer->status) {
    case fine:
        return std::nullopt;
    case refused:
        return answer->output;
    case ours:
        return judged_for_all(question, arguments, deadline);
    default:
        return unknown({Code::E221, "no node of the job said in time where its nodes lie"},
                       question.job.partition, question.config);
    }
}

} // namespace

std::optional<std::string> refuse_misplaced(const JobEnvironment& job, const Demand& demand,
                                            const config::Config& config,
                                            const Arguments& arguments, const Deadline& deadline) {
    const auto nodes =
        demand.held.placed() ? job_nodes(EnvView{environ}) : std::vector<std::string>{};
    if (nodes.empty() || !placement::can_break(demand.held, nodes.size()))
        return std::nullopt;
    if (nodes.size() == 1)
        return judged(job, config, arguments, deadline);
    return heard({job, config, {*job.job, job.restart}, nodes.front() == job.node}, arguments,
                 deadline);
}

} // namespace fairlead::prolog
