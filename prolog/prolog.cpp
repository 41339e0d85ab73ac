/// fairlead-prolog: verifies what a job requires of this node, before any of its processes runs.
/// Slurm runs it as root on every node. Exit 0 lets the job go on (to the gate, which may still
/// refuse it); exit 1 tells slurmd that the node is broken.

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "prolog/decision.hpp"
#include "prolog/drain.hpp"
#include "prolog/leader.hpp"
#include "prolog/network.hpp"
#include "prolog/staging.hpp"
#include "prolog/unkept.hpp"
#include "prolog/verify.hpp"
#include "state/job_state.hpp"
#include "state/observed.hpp"

#include <unistd.h>

using namespace fairlead;
using namespace fairlead::prolog;

namespace {

constexpr int go_on = 0, node_broken = 1;

/// A job that starts here.
struct Start {
    const Arguments& arguments;
    const JobEnvironment& job;
    const Demand& demand;
    const config::Config& config;
    const Deadline& deadline;
};

/// That a job is ready need not be kept; a refusal that cannot be would let it through.
int leave_state(const Start& start, const fabric::Verdict& verdict,
                const std::optional<std::string>& refusal, Blame blame = Blame::Node) {
    const JobEnvironment& job = start.job;
    const auto written = state::write_job_state(
        config::run_dir, {*job.job, job.node, verdict.found, verdict.expected, refusal});
    if (written)
        return go_on;
    if (refusal)
        return end_unkept(job, start.config, start.arguments, written.error(), *refusal, blame,
                          start.deadline);
    log::error(written.error());
    return go_on;
}

void observe(const Error& error) {
    log::write(log::Level::Info, "observe: would fail this node: " + to_string(error));
    const auto counted =
        state::count(std::filesystem::path(config::run_dir) / "observed.json", error.code);
    if (!counted)
        log::error(counted.error());
}

/// A node that may not be drained stays in service. Past the brake the check itself is in doubt, so
/// a job that did not ask for EFA runs; where slurmctld or shared storage do not answer, none does.
int fail_node(const Start& start, const fabric::Verdict& verdict, const Error& error) {
    log::error(error);
    switch (remove_from_service(start.config, start.job.node, start.job.partition, error,
                                start.deadline)) {
    case Removal::Drained:
        return node_broken;
    case Removal::Braked:
        if (!start.demand.asked)
            return leave_state(start, verdict, std::nullopt);
        break;
    case Removal::Unable:
        break;
    }
    return leave_state(start, verdict, to_string(error));
}

/// The node itself is fit for the job; what concerns all its nodes is left.
int let_run(const Start& start, const fabric::Verdict& verdict) {
    return leave_state(
        start, verdict,
        refuse_misplaced(start.job, start.demand, start.config, start.arguments, start.deadline),
        Blame::Placement);
}

int act_on(const Start& start, const fabric::Checked& checked) {
    const Decision decision = decide(checked.findings, start.demand);
    if (decision.observed)
        observe(*decision.error);
    // Asked for last, because it is on shared storage.
    if (decision.act != Act::GoOn && paused_in_time(start.config.state_dir, start.deadline))
        return go_on;
    switch (decision.act) {
    case Act::FailNode:
        return fail_node(start, checked.verdict, *decision.error);
    case Act::Refuse:
        return leave_state(start, checked.verdict, to_string(*decision.error));
    case Act::GoOn:
        break;
    }
    return let_run(start, checked.verdict);
}

/// A configuration that cannot be used is no fault of a job that asks for nothing; one that asks
/// for EFA is refused by the gate.
int unchecked(const Start& start, const Error& error) {
    log::error(error);
    refuse_staging(start.job, error);
    if (start.job.request.efa != config::EfaNeed::Required ||
        paused_in_time(start.config.state_dir, start.deadline))
        return go_on;
    const fabric::Verdict unknown{fabric::Outcome::RequestWrong, 0, std::nullopt, std::nullopt};
    return leave_state(start, unknown,
                       to_string(Error{Code::E204, "efa: the job requires EFA, but the node could "
                                                   "not be checked: " +
                                                       error.message}));
}

int without_config(const Arguments& arguments, const JobEnvironment& job, const Error& error) {
    config::Config defaults;
    defaults.state_dir = config::state_dir_of(arguments.config_path);
    const Deadline deadline{std::chrono::seconds(defaults.node_checks.deadline)};
    const Demand nothing;
    return unchecked({arguments, job, nothing, defaults, deadline}, error);
}

/// What the job needs of this node, then what it needs of all its nodes.
int admit(const Start& start) {
    const Demand& demand = start.demand;
    if (demand.checked.efa == config::EfaNeed::Off && !demand.grouped) {
        const fabric::Verdict none{fabric::Outcome::Ready, 0, std::nullopt, std::nullopt};
        return demand.held.placed() ? let_run(start, none) : go_on;
    }
    const auto checked = verify(start.arguments, start.job, demand, start.config, start.deadline);
    return checked ? act_on(start, *checked) : unchecked(start, checked.error());
}

/// Where the gate cannot be told that the job's data is not there yet, the job must not run.
int begin(const Start& start) {
    if (const auto marked = begin_staging(start.job, start.config); !marked)
        return end_unkept(start.job, start.config, start.arguments, marked.error(),
                          to_string(marked.error()), Blame::Node, start.deadline);
    const int status = admit(start);
    if (status != go_on)
        return status;
    // Last, because a scan of the whole node, where one was due, recorded it as well.
    record_topology(start.arguments, start.job.node, start.deadline);
    begin_network_report(start.job, start.demand, start.config, start.deadline);
    return stage_in(start.job, start.config, start.arguments);
}

int run(const Arguments& arguments) {
    const JobEnvironment job = read_environment(EnvView{environ});
    if (!job.job) {
        log::error(
            {Code::X301, "SLURM_JOB_ID is not a job id: slurmd runs this program as Prolog"});
        return go_on;
    }
    const auto config = config::load_for_node(arguments.config_path);
    if (!config)
        return without_config(arguments, job, config.error());
    const Deadline deadline{std::chrono::seconds(config->node_checks.deadline)};
    record_config(arguments);
    const Demand demand = demand_of(job, *config);
    if (demand.record_error)
        log::error(*demand.record_error);
    return begin({arguments, job, demand, *config, deadline});
}

void report_fault(const char* where, const char* what) noexcept {
    log::write(log::Level::Error, std::string("fault in ") + where + ": " + what);
}

} // namespace

int main(int argc, char** argv) {
    log::open_syslog("fairlead-prolog");
    return guarded("fairlead-prolog", go_on, report_fault, [&] {
        const auto arguments = read_arguments(argc, argv);
        if (arguments)
            return run(*arguments);
        log::error(arguments.error());
        return go_on;
    });
}
