/// fairlead-prolog-slurmctld: checks where the nodes that slurmctld gave to a job lie in EC2's
/// network, before any of its processes runs. Slurm runs it as SlurmUser on the controller, as
/// PrologSlurmctld; the prolog of a job's first node runs it again with --first-node, where it may
/// ask EC2 about nodes that booted since the last refresh.
///
/// A batch job on nodes that do not fit goes back to the queue and is kept from them; after three
/// attempts it stays held. srun and salloc end, with the reason on their terminal. No node drains.
///
/// Exit status, seen on 22.05, 24.11 and 26.05: 0 lets the job go on, or leaves it in the queue
/// where this program put it; 1 ends srun and salloc. With --first-node: 0 the job may run here, 3
/// it may not, with the reason on standard output. With --end as well it judges nothing: a node
/// could not leave that sentence for the gate, so the job is held, or ends, with it.

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/guarded.hpp"
#include "base/host_list.hpp"
#include "base/log.hpp"
#include "base/words.hpp"
#include "config/paths.hpp"
#include "placement/hostlist.hpp"
#include "placement/records.hpp"
#include "prolog/attempts.hpp"
#include "prolog/placed_job.hpp"
#include "prolog/remedy.hpp"
#include "slurm/job_control.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace fairlead;
using namespace fairlead::prolog;
using namespace std::chrono_literals;

namespace {

constexpr int go_on = 0, end_job = 1, refuse_here = 3;
/// The snapshot is on shared storage, which may hang.
constexpr auto usual_time = 20s, time_to_act = 20s, least_time = 1s;

struct Arguments {
    const char* config_path = nullptr;
    std::optional<std::chrono::milliseconds> first_node; ///< and how long its prolog waits
    const char* end = nullptr;                           ///< why the job must not run
};

Result<Arguments> read_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view word = argv[i], value = argv[i + 1];
        int time = 0;
        if (word == "--config")
            arguments.config_path = argv[i + 1];
        else if (word == "--end")
            arguments.end = argv[i + 1];
        else if (word == "--first-node" &&
                 std::from_chars(value.data(), value.data() + value.size(), time).ec == std::errc{})
            arguments.first_node = std::chrono::milliseconds(time);
        else
            return fail(Code::X301, "unexpected argument '{}'", printable(word));
    }
    if (argc % 2 == 0 || (arguments.end && !arguments.first_node))
        return fail(Code::X301,
                    "unexpected argument '{}'; usage: [--config FILE] [--first-node "
                    "MILLISECONDS [--end SENTENCE]], run by slurmctld as PrologSlurmctld",
                    printable(argv[argc - 1]));
    return arguments;
}

/// Both host lists as one. What is no list stays as it is, in front.
std::string joined(const std::string& excluded, const std::vector<std::string>& more) {
    auto names = expand_host_list(excluded);
    if (!names && !excluded.empty())
        return excluded + "," + placement::compress(more);
    auto all = names.value_or(std::vector<std::string>{});
    all.insert(all.end(), more.begin(), more.end());
    return placement::compress(std::move(all));
}

void log_failure(const Result<void>& done) {
    if (!done)
        log::error(done.error());
}

/// The comment first, so that whatever fails afterwards is explained; then held, so that the job
/// cannot start again while it is changed. Whether it is back in the queue: where a later step
/// fails, held is what it stays.
bool send_back(const slurm::Job& job, const std::string& sentence,
               const std::vector<std::string>& exclude, bool and_release) {
    log_failure(slurm::set_admin_comment(
        job.id, with_attempt(job.admin_comment, attempts_in(job.admin_comment) + 1, sentence)));
    if (auto requeued = slurm::requeue_held(job.whole); !requeued) {
        log::error(requeued.error());
        return false;
    }
    if (!and_release)
        return true;
    auto kept = slurm::exclude_nodes(job.id, joined(job.excluded, exclude));
    log_failure(kept ? slurm::release(job.id) : kept);
    return true;
}

/// srun and salloc end by slurmctld's prolog exiting 1; that would requeue a het job unheld, and
/// means nothing from a node, so there the job is cancelled.
int end(const slurm::Job& job, const std::string& sentence, const Arguments& arguments) {
    log_failure(slurm::notify(job.id, "fairlead: " + sentence));
    if (!arguments.first_node && job.whole == job.id)
        return end_job;
    log_failure(slurm::cancel(job.whole));
    return arguments.first_node ? refuse_here : go_on;
}

/// Nobody knows which nodes a het job will get next, so it is held at once. A job that could not be
/// moved must not run where it is, so it ends.
int act(const placement::Verdict& verdict, const JobEnvironment& environment,
        const config::Config& config, const Arguments& arguments) {
    const auto job = slurm::load_job(*environment.job);
    if (!job) {
        log::error(job.error());
        return arguments.first_node ? refuse_here : go_on;
    }
    if (arguments.first_node && !job->running)
        return refuse_here; // cancelled or requeued meanwhile
    const JobKind kind{job->batch, job->may_requeue, attempts_in(job->admin_comment)};
    const Remedy remedy =
        decide(verdict.standing, kind, arguments.first_node.has_value(),
               config::rules_for(config, environment.partition).unknown_placement);
    if (remedy == Remedy::GoOn)
        return go_on;
    const std::string sentence = to_string(*verdict.error);
    log::write(log::Level::Info, fmt::format("job {}: {}", job->id.value, sentence));
    const bool release = remedy == Remedy::SendBack && job->whole == job->id;
    if (remedy == Remedy::End || !send_back(*job, sentence, verdict.exclude, release))
        return end(*job, sentence, arguments);
    return arguments.first_node ? refuse_here : go_on;
}

int end_unkept(const JobEnvironment& environment, const Arguments& arguments) {
    const auto job = slurm::load_job(*environment.job);
    if (!job) {
        log::error(job.error());
        return refuse_here;
    }
    if (!job->running)
        return refuse_here;
    const bool may_wait = job->batch && job->may_requeue;
    if (may_wait && send_back(*job, arguments.end, {}, false))
        return refuse_here;
    return end(*job, arguments.end, arguments);
}

/// What observe mode would have done is logged and counted by slurmctld's prolog alone, so that it
/// counts once.
void observe(const placement::Verdict& verdict, const JobEnvironment& job) {
    log::write(log::Level::Info, fmt::format("observe: would send back job {}: {}", job.job->value,
                                             to_string(*verdict.error)));
    const auto file = std::filesystem::path(config::run_dir) / "admission" / "observed.json";
    if (auto counted = state::count(file, verdict.error->code); !counted)
        log::error(counted.error());
}

/// Failing is no fault of the job: what is unknown then stays so.
void ask_ec2(const std::vector<std::string>& nodes, const Arguments& arguments) {
    const char* config = arguments.config_path ? arguments.config_path : config::default_path;
    if (auto trusted = check_trusted(config::cli_path); !trusted)
        return log::error(trusted.error());
    constexpr int half = 2; // the other is for what follows
    const auto asked = run_child(Code::E221,
                                 {config::cli_path, "--config", config, "topology", "refresh",
                                  "--nodes", placement::compress(nodes)},
                                 plain_environment(), *arguments.first_node / half);
    if (!asked)
        log::error(asked.error());
    else if (asked->status != 0)
        log::error({Code::E221, "EC2 could not be asked where the job's nodes lie; run `fairlead "
                                "topology refresh` as root to see why"});
}

/// Where the nodes lie, as the instances that they are now. Unknown where slurmctld does not say
/// which are up.
placement::Snapshot present_places(const std::vector<std::string>& nodes,
                                   const config::Config& config) {
    auto places = known_places(nodes, config);
    const auto boots = slurm::node_boots(nodes);
    if (!boots)
        log::error(boots.error());
    placement::forget_former(places, placement::read_records(config.state_dir, nodes),
                             boots.value_or(placement::Boots{}));
    return places;
}

using placement::Standing;

Judged judge(const std::vector<std::string>& nodes, const JobEnvironment& job, const Demand& demand,
             const config::Config& config, const Arguments& arguments) {
    const auto places = present_places(nodes, config);
    Judged judged = judge_placement(nodes, places, job, demand, config);
    if (!arguments.first_node || judged.held.standing != Standing::Unknown)
        return judged;
    // Never asked about as the instance that it is now, or so soon after its launch that EC2 did
    // not name its capacity block yet.
    ask_ec2(judged.held.unknown, arguments);
    return judge_placement(nodes, present_places(nodes, config), job, demand, config);
}

int check(const JobEnvironment& job, const config::Config& config, const Arguments& arguments) {
    const Demand demand = demand_of(job, config);
    if (demand.record_error)
        log::error(*demand.record_error);
    const auto nodes = job_nodes(EnvView{environ});
    if (nodes.empty() || !placement::can_break(demand.checked, nodes.size()) ||
        state::paused(config.state_dir))
        return go_on;
    const Judged judged = judge(nodes, job, demand, config, arguments);
    // What is not known yet is left to the prolog of the job's first node.
    const bool fits = judged.held.standing == Standing::Conforming ||
                      (judged.held.standing == Standing::Unknown && !arguments.first_node);
    if (fits && judged.checked.standing == Standing::Violating && !arguments.first_node)
        observe(judged.checked, job);
    if (fits)
        return go_on;
    ::alarm(static_cast<unsigned>(time_to_act.count()));
    const int status = act(judged.held, job, config, arguments);
    if (status == refuse_here)
        std::puts(to_string(*judged.held.error).c_str());
    return status;
}

int status_in_trouble = go_on;
bool finished = false;

/// A hanging share holds slurmctld up no longer: the prolog of the job's first node judges as well.
void out_of_time(int) { ::_exit(status_in_trouble); }

/// libslurm ends the process with 1 where it cannot read slurm.conf, which slurmctld would take for
/// a verdict on the job.
void leave() {
    if (!finished)
        ::_exit(status_in_trouble);
}

int run(const Arguments& arguments) {
    const JobEnvironment job = read_environment(EnvView{environ});
    if (!job.job) {
        log::error({Code::X301, "SLURM_JOB_ID is not a job id: slurmctld runs this program as "
                                "PrologSlurmctld"});
        return go_on;
    }
    if (arguments.first_node)
        status_in_trouble = refuse_here;
    const auto time = arguments.first_node
                          ? std::chrono::ceil<std::chrono::seconds>(*arguments.first_node)
                          : std::chrono::seconds(usual_time);
    ::alarm(static_cast<unsigned>(std::max<std::chrono::seconds>(time, least_time).count()));
    if (arguments.end)
        return end_unkept(job, arguments);
    const auto config = config::load_for_node(arguments.config_path);
    if (config)
        return check(job, *config, arguments);
    log::error(config.error());
    return go_on;
}

void report_fault(const char* where, const char* what) noexcept {
    log::write(log::Level::Error, std::string("fault in ") + where + ": " + what);
}

} // namespace

int main(int argc, char** argv) {
    log::open_syslog("fairlead-prolog-slurmctld");
    std::signal(SIGALRM, out_of_time);
    std::atexit(leave);
    const int status = guarded("fairlead-prolog-slurmctld", go_on, report_fault, [&] {
        const auto arguments = read_arguments(argc, argv);
        if (arguments)
            return run(*arguments);
        log::error(arguments.error());
        return go_on;
    });
    finished = true;
    return status;
}
