/// fairlead-prolog-slurmctld: checks where the nodes that slurmctld gave to a job lie in EC2's
/// network, before any of its processes runs. Slurm runs it as SlurmUser on the controller, as
/// PrologSlurmctld; the prolog of a job's first node runs it again with --asked-ec2, when a node
/// was not known before.
///
/// A batch job on nodes that do not fit goes back to the queue and is kept from them; after three
/// attempts it stays held. srun and salloc end, with the reason on their terminal. No node drains.
///
/// Exit status, seen on 22.05, 24.11 and 26.05: 0 lets the job go on, or leaves it in the queue
/// where this program put it; 1 ends srun and salloc. With --asked-ec2: 0 the job may run here, 3
/// it may not, with the reason on standard output.

#include "base/files.hpp"
#include "base/guarded.hpp"
#include "base/host_list.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "placement/hostlist.hpp"
#include "prolog/attempts.hpp"
#include "prolog/placed_job.hpp"
#include "prolog/remedy.hpp"
#include "slurm/job_control.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"

#include <csignal>
#include <cstdio>
#include <unistd.h>

using namespace fairlead;
using namespace fairlead::prolog;

namespace {

constexpr int go_on = 0, end_job = 1, refuse_here = 3;
/// The snapshot is on shared storage, which may hang; the first node's prolog judges as well.
constexpr unsigned seconds_at_most = 20;

void log_error(const Error& error) { log::write(log::Level::Error, to_string(error)); }

struct Arguments {
    const char* config_path = nullptr;
    bool asked_ec2 = false;
};

Result<Arguments> read_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--asked-ec2")
            arguments.asked_ec2 = true;
        else if (word == "--config" && i + 1 < argc)
            arguments.config_path = argv[++i];
        else
            return fail(Code::X301, "unexpected argument; usage: [--config FILE] [--asked-ec2], "
                                    "run by slurmctld as PrologSlurmctld");
    }
    return arguments;
}

/// Both host lists as one, each name once.
std::string joined(const std::string& excluded, const std::vector<std::string>& more) {
    auto names = expand_host_list(excluded).value_or(std::vector<std::string>{});
    names.insert(names.end(), more.begin(), more.end());
    return placement::compress(std::move(names));
}

/// Held first, so that it cannot start again while it is changed. Where a later step fails, held
/// is what it stays, and the comment says why.
Result<void> send_back(const slurm::Job& job, const placement::Verdict& verdict, bool and_release) {
    if (auto requeued = slurm::requeue_held(job.id); !requeued)
        return requeued;
    const std::string comment = with_attempt(job.admin_comment, attempts_in(job.admin_comment) + 1,
                                             to_string(*verdict.error));
    if (auto noted = slurm::set_admin_comment(job.id, comment); !noted)
        return noted;
    if (!and_release)
        return {};
    if (auto kept = slurm::exclude_nodes(job.id, joined(job.excluded, verdict.exclude)); !kept)
        return kept;
    return slurm::release(job.id);
}

void tell(JobId id, const Error& error) {
    if (auto told = slurm::notify(id, "fairlead: " + to_string(error)); !told)
        log_error(told.error());
}

/// From slurmctld's prolog the exit status ends the job; from a node's it has to be cancelled.
int end(const slurm::Job& job, const placement::Verdict& verdict, const Arguments& arguments) {
    tell(job.id, *verdict.error);
    if (!arguments.asked_ec2)
        return end_job;
    if (auto cancelled = slurm::cancel(job.id); !cancelled)
        log_error(cancelled.error());
    return refuse_here;
}

/// A job that could not be moved must not run where it is, so it ends.
int act(const placement::Verdict& verdict, const JobEnvironment& environment,
        const config::Config& config, const Arguments& arguments) {
    const auto job = slurm::load_job(*environment.job);
    if (!job) {
        log_error(job.error());
        return arguments.asked_ec2 ? refuse_here : go_on;
    }
    const JobKind kind{job->batch, job->may_requeue, attempts_in(job->admin_comment)};
    const Remedy remedy =
        decide(verdict.standing, kind, arguments.asked_ec2,
               config::rules_for(config, environment.partition).unknown_placement);
    if (remedy == Remedy::GoOn)
        return go_on;
    log::write(log::Level::Info,
               fmt::format("job {}: {}", job->id.value, to_string(*verdict.error)));
    if (remedy == Remedy::End)
        return end(*job, verdict, arguments);
    if (auto sent = send_back(*job, verdict, remedy == Remedy::SendBack); !sent) {
        log_error(sent.error());
        return end(*job, verdict, arguments);
    }
    return arguments.asked_ec2 ? refuse_here : go_on;
}

/// What observe mode would have done is logged and counted by slurmctld's prolog alone, so that it
/// counts once.
void observe(const placement::Verdict& verdict, const JobEnvironment& job) {
    log::write(log::Level::Info, fmt::format("observe: would send back job {}: {}", job.job->value,
                                             to_string(*verdict.error)));
    const auto file = std::filesystem::path(config::run_dir) / "admission" / "observed.json";
    if (auto counted = state::count(file, verdict.error->code); !counted)
        log_error(counted.error());
}

int check(const JobEnvironment& job, const config::Config& config, const Arguments& arguments) {
    const Demand demand = demand_of(job, config);
    if (demand.record_error)
        log_error(*demand.record_error);
    const auto nodes = job_nodes(EnvView{environ});
    if (!demand.checked.placed() || nodes.empty())
        return go_on;
    const Judged judged = judge_placement(nodes, job, demand, config);
    // What is not known yet is left to the prolog of the job's first node, which may ask EC2.
    const auto standing = judged.held.standing;
    const bool fits = standing == placement::Standing::Conforming ||
                      (standing == placement::Standing::Unknown && !arguments.asked_ec2);
    if (fits && judged.checked.standing == placement::Standing::Violating && !arguments.asked_ec2)
        observe(judged.checked, job);
    if (fits || state::paused(config.state_dir))
        return go_on;
    const int status = act(judged.held, job, config, arguments);
    if (status == refuse_here)
        std::puts(to_string(*judged.held.error).c_str());
    return status;
}

int when_out_of_time = go_on;

/// A hanging share holds slurmctld up no longer: the prolog of the job's first node judges as well.
void out_of_time(int) { ::_exit(when_out_of_time); }

int run(const Arguments& arguments) {
    const JobEnvironment job = read_environment(EnvView{environ});
    if (!job.job) {
        log_error({Code::X301, "SLURM_JOB_ID is not a job id: slurmctld runs this program as "
                               "PrologSlurmctld"});
        return go_on;
    }
    if (arguments.asked_ec2)
        when_out_of_time = refuse_here;
    ::alarm(seconds_at_most);
    const auto config = config::load_for_node(arguments.config_path);
    if (config)
        return check(job, *config, arguments);
    log_error(config.error());
    return go_on;
}

void report_fault(const char* where, const char* what) noexcept {
    log::write(log::Level::Error, std::string("fault in ") + where + ": " + what);
}

} // namespace

int main(int argc, char** argv) {
    log::open_syslog("fairlead-prolog-slurmctld");
    std::signal(SIGALRM, out_of_time);
    return guarded("fairlead-prolog-slurmctld", go_on, report_fault, [&] {
        const auto arguments = read_arguments(argc, argv);
        if (arguments)
            return run(*arguments);
        log_error(arguments.error());
        return go_on;
    });
}
