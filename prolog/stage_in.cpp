/// fairlead-stage-in: what the prolog runs on each node of a job that stages data. On the job's
/// first node it claims the job, has fairlead-stage copy, tells the other nodes how that went, and,
/// where the data is not there in the end, holds the job with the reason, or cancels one that
/// cannot be held. On the other nodes it waits for the first one's word. On each node it copies
/// what goes to each node (mode=local).
///
/// With --hold SENTENCE it only holds the job, for a prolog whose staging had to be killed or whose
/// node is broken and stays in service. With --held JOBID it stages for a job that has no nodes
/// yet, for `fairlead stage import`.
///
/// Exit status: 0 the data is there; 3 the job must not run, 4 for a fault of the node, both with
/// the code and the sentence on standard output; with --held 1 where slurmctld does not answer; 2
/// wrong usage.

#include "base/deadline.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "base/words.hpp"
#include "config/paths.hpp"
#include "prolog/job_environment.hpp"
#include "prolog/placed_job.hpp"
#include "prolog/stage_follower.hpp"
#include "prolog/stage_held.hpp"
#include "prolog/stage_leader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <unistd.h>

using namespace fairlead;
using namespace fairlead::prolog;

namespace {

using Kind = StageAnswer::Kind;
using stage::Direction;

struct Arguments {
    std::string config_path = config::default_path;
    std::optional<std::string> hold, held;
};

Result<Arguments> read_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view word = argv[i];
        if (i + 1 == argc || (word != "--config" && word != "--hold" && word != "--held"))
            return fail(Code::X301,
                        "unexpected argument '{}'; usage: [--config FILE] [--hold SENTENCE | "
                        "--held JOBID], run by fairlead-prolog and `fairlead stage import`",
                        printable(word));
        if (word == "--config")
            arguments.config_path = argv[i + 1];
        else
            (word == "--hold" ? arguments.hold : arguments.held) = argv[i + 1];
    }
    return arguments;
}

const char* named_path(const Arguments& arguments) {
    return arguments.config_path == config::default_path ? nullptr : arguments.config_path.c_str();
}

std::optional<std::uint32_t> number(const EnvView& env, std::string_view name) {
    std::uint32_t value = 0;
    const std::string_view text = env.get(name).value_or("");
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end && !text.empty() ? std::optional(value)
                                                                : std::nullopt;
}

/// Whether this is the job's first node.
bool leads(const EnvView& env) {
    const auto nodes = job_nodes(env);
    return nodes.empty() || nodes.front() == env.get("SLURMD_NODENAME").value_or("");
}

/// A node that took over holds the job where it has to be held.
StageAnswer act(StageAnswer answer, JobId job) {
    if (answer.kind == Kind::Refused && answer.error.code != Code::S122)
        hold_job(job, restarts(EnvView{environ}), answer.error);
    return answer;
}

Result<Leader> leader_of(const config::Config& config, const Arguments& arguments,
                         const std::string& node, StagedJob&& staged) {
    const EnvView env{environ};
    auto owner = job_owner(number(env, "SLURM_JOB_UID").value_or(0));
    if (!owner)
        return std::unexpected(owner.error());
    return Leader{config,
                  arguments.config_path,
                  node,
                  std::string(env.get("SLURM_CLUSTER_NAME").value_or("")),
                  std::move(staged),
                  std::move(*owner),
                  std::string(env.get("SLURM_JOB_ACCOUNT").value_or(""))};
}

std::chrono::seconds left(const Deadline& deadline) {
    constexpr auto least = std::chrono::seconds(1);
    return std::max(std::chrono::duration_cast<std::chrono::seconds>(deadline.left()), least);
}

/// What this node gets for itself, where it does not lead.
StageAnswer fill_follower(const config::Config& config, const Arguments& arguments,
                          const std::string& node, StagedJob&& staged, const Deadline& deadline) {
    auto leader = leader_of(config, arguments, node, std::move(staged));
    if (!leader)
        return {Kind::Refused, leader.error()};
    const auto spelt = spell_out(*leader);
    return spelt ? fill_node(*leader, left(deadline)) : StageAnswer{Kind::Refused, spelt.error()};
}

/// Whom the first node refuses, that one holds.
StageAnswer run_follower(const config::Config& config, const Arguments& arguments,
                         const std::string& node, StagedJob&& staged, const Deadline& deadline) {
    const JobId job = staged.run.job;
    if (staged.has(Direction::In))
        if (auto answer = await_leader(config.state_dir, staged.run,
                                       std::chrono::seconds(config.staging.deadline));
            answer.kind != Kind::Ready)
            return answer;
    if (!staged.has(Direction::In, stage::Mode::Local))
        return {Kind::Ready};
    return act(fill_follower(config, arguments, node, std::move(staged), deadline), job);
}

StageAnswer run_leader(const config::Config& config, const Arguments& arguments,
                       const std::string& node, StagedJob&& staged, const Deadline& deadline) {
    const JobId job = staged.run.job;
    auto leader = leader_of(config, arguments, node, std::move(staged));
    if (!leader)
        return act({Kind::Refused, leader.error()}, job);
    const StageAnswer shared = lead(*leader);
    // Once what all nodes see is there.
    return act(shared.kind == Kind::Ready ? fill_first_node(*leader, left(deadline)) : shared, job);
}

StageAnswer answer_for(JobId job, const Arguments& arguments) {
    const EnvView env{environ};
    const std::string node(env.get("SLURMD_NODENAME").value_or(""));
    const auto config = config::load_for_node(named_path(arguments));
    if (!config)
        return {Kind::Refused, config.error()};
    const Deadline deadline{std::chrono::seconds(config->staging.deadline)};
    auto staged = staged_job(env, job, *config);
    if (!staged)
        return leads(env) ? act({Kind::Refused, staged.error()}, job)
                          : StageAnswer{Kind::Refused, staged.error()};
    return (leads(env) ? run_leader : run_follower)(*config, arguments, node, std::move(*staged),
                                                    deadline);
}

/// "sentence [FL-S119]" as an error again.
Error error_in(const std::string& sentence) {
    const std::size_t open = sentence.rfind(" [");
    if (open != std::string::npos && sentence.ends_with(']'))
        if (const auto code = find_code(sentence.substr(open + 2, sentence.size() - open - 3)))
            return {*code, sentence.substr(0, open)};
    return {Code::S123, sentence};
}

/// The other nodes need not wait for this one any longer.
void tell_nodes(JobId job, const Arguments& arguments, const Error& error) {
    const auto config = config::load_for_node(named_path(arguments));
    const auto staged =
        config ? staged_job(EnvView{environ}, job, *config) : std::unexpected(config.error());
    if (staged)
        refuse_nodes(config->state_dir, staged->run, error);
}

/// slurmctld first, because shared storage may hang.
void give_up(JobId job, const Arguments& arguments, bool leads) {
    const Error error = error_in(*arguments.hold);
    if (hold_job(job, restarts(EnvView{environ}), error) && leads)
        tell_nodes(job, arguments, error);
}

int run_held(const Arguments& arguments) {
    const auto job = parse_job_id(*arguments.held);
    const auto config = config::load_for_node(named_path(arguments));
    if (!job || !config) {
        log::error(config ? Error{Code::X301, "--held takes a job id"} : config.error());
        return 2;
    }
    return stage_held(*job, *config, arguments.config_path);
}

int run(const Arguments& arguments) {
    const EnvView env{environ};
    if (arguments.held)
        return run_held(arguments);
    const auto job = parse_job_id(env.get("SLURM_JOB_ID").value_or(""));
    if (!job) {
        log::error({Code::X301, "SLURM_JOB_ID is not a job id: fairlead-prolog runs this program"});
        return 2;
    }
    if (arguments.hold) {
        give_up(*job, arguments, leads(env));
        return 0;
    }
    const StageAnswer answer = answer_for(*job, arguments);
    std::puts(text_of(answer).c_str());
    return status_of(answer);
}

void report_fault(const char* where, const char* what) noexcept {
    log::write(log::Level::Error, std::string("fault in ") + where + ": " + what);
}

} // namespace

int main(int argc, char** argv) {
    log::open_syslog("fairlead-stage-in");
    constexpr int failed = 1, misused = 2;
    return guarded("fairlead-stage-in", failed, report_fault, [&] {
        const auto arguments = read_arguments(argc, argv);
        if (arguments)
            return run(*arguments);
        log::error(arguments.error());
        return misused;
    });
}
