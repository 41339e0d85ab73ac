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
#include "prolog/verify.hpp"
#include "state/job_state.hpp"
#include "state/observed.hpp"

#include <unistd.h>

using namespace fairlead;
using namespace fairlead::prolog;

namespace {

constexpr int go_on = 0, node_broken = 1;

/// A refusal that cannot be kept would let the job through, so the node is broken for it; that a
/// job is ready need not be kept.
int leave_state(const JobEnvironment& job, const fabric::Verdict& verdict,
                std::optional<std::string> refusal) {
    const bool refused = refusal.has_value();
    const auto written = state::write_job_state(
        config::run_dir, {*job.job, job.node, verdict.found, verdict.expected, std::move(refusal)});
    if (written)
        return go_on;
    log::error(written.error());
    return refused ? node_broken : go_on;
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
int fail_node(const JobEnvironment& job, const fabric::Verdict& verdict, const Demand& demand,
              const config::Config& config, const Error& error, const Deadline& deadline) {
    log::error(error);
    switch (remove_from_service(config, job.node, job.partition, error, deadline)) {
    case Removal::Drained:
        return node_broken;
    case Removal::Braked:
        if (!demand.asked)
            return leave_state(job, verdict, std::nullopt);
        break;
    case Removal::Unable:
        break;
    }
    return leave_state(job, verdict, to_string(error));
}

/// The node itself is fit for the job; what concerns all its nodes is left.
int let_run(const fabric::Verdict& verdict, const JobEnvironment& job, const Demand& demand,
            const config::Config& config, const Arguments& arguments, const Deadline& deadline) {
    return leave_state(job, verdict, refuse_misplaced(job, demand, config, arguments, deadline));
}

int act_on(const fabric::Checked& checked, const JobEnvironment& job, const Demand& demand,
           const config::Config& config, const Arguments& arguments, const Deadline& deadline) {
    const Decision decision = decide(checked.findings, demand);
    if (decision.observed)
        observe(*decision.error);
    // Asked for last, because it is on shared storage.
    if (decision.act != Act::GoOn && paused_in_time(config.state_dir, deadline))
        return go_on;
    switch (decision.act) {
    case Act::FailNode:
        return fail_node(job, checked.verdict, demand, config, *decision.error, deadline);
    case Act::Refuse:
        return leave_state(job, checked.verdict, to_string(*decision.error));
    case Act::GoOn:
        break;
    }
    return let_run(checked.verdict, job, demand, config, arguments, deadline);
}

/// A configuration that cannot be used is no fault of a job that asks for nothing; one that asks
/// for EFA is refused by the gate.
int without_config(const JobEnvironment& job, const std::filesystem::path& state_dir,
                   const Error& error, const Deadline& deadline) {
    log::error(error);
    refuse_staging(job, error);
    if (job.request.efa != config::EfaNeed::Required || paused_in_time(state_dir, deadline))
        return go_on;
    const fabric::Verdict unknown{fabric::Outcome::RequestWrong, 0, std::nullopt, std::nullopt};
    return leave_state(job, unknown,
                       to_string(Error{Code::E204, "efa: the job requires EFA, but the node could "
                                                   "not be checked: " +
                                                       error.message}));
}

/// What the job needs of this node, then what it needs of all its nodes.
int admit(const Arguments& arguments, const JobEnvironment& job, const Demand& demand,
          const config::Config& config, const Deadline& deadline) {
    if (demand.checked.efa == config::EfaNeed::Off && !demand.grouped) {
        const fabric::Verdict unchecked{fabric::Outcome::Ready, 0, std::nullopt, std::nullopt};
        return demand.held.placed() ? let_run(unchecked, job, demand, config, arguments, deadline)
                                    : go_on;
    }
    const auto checked = verify(arguments, job, demand, config, deadline);
    if (!checked)
        return without_config(job, config.state_dir, checked.error(), deadline);
    return act_on(*checked, job, demand, config, arguments, deadline);
}

int run(const Arguments& arguments) {
    const JobEnvironment job = read_environment(EnvView{environ});
    if (!job.job) {
        log::error(
            {Code::X301, "SLURM_JOB_ID is not a job id: slurmd runs this program as Prolog"});
        return go_on;
    }
    const auto config = config::load_for_node(arguments.config_path);
    const Deadline deadline{
        std::chrono::seconds(config.value_or(config::Config{}).node_checks.deadline)};
    if (!config)
        return without_config(job, config::state_dir_of(arguments.config_path), config.error(),
                              deadline);
    record_config(arguments);
    if (!begin_staging(job, *config))
        return node_broken;
    const Demand demand = demand_of(job, *config);
    if (demand.record_error)
        log::error(*demand.record_error);
    const int status = admit(arguments, job, demand, *config, deadline);
    if (status != go_on)
        return status;
    // Last, because a scan of the whole node, where one was due, recorded it as well.
    record_topology(arguments, job.node, deadline);
    begin_network_report(EnvView{environ}, job, demand, *config);
    return stage_in(job, *config, arguments);
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
