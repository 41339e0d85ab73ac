/// fairlead-prolog: verifies what a job requires of this node, before any of its processes runs.
/// Slurm runs it as root on every node. Exit 0 lets the job go on (to the gate, which may still
/// refuse it); exit 1 tells slurmd that the node is broken.

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "config/recorded.hpp"
#include "config/recording.hpp"
#include "fabric/verdict.hpp"
#include "prolog/arguments.hpp"
#include "prolog/decision.hpp"
#include "prolog/drain.hpp"
#include "prolog/job_environment.hpp"
#include "prolog/leader.hpp"
#include "prolog/network.hpp"
#include "state/job_state.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"
#include "topology/cache.hpp"

#include <unistd.h>

using namespace fairlead;
using namespace fairlead::prolog;

namespace {

constexpr int go_on = 0, node_broken = 1;

void log_error(const Error& error) { log::write(log::Level::Error, to_string(error)); }

/// Steps read what the configuration said when it was recorded, as long as its text is the same.
void record_config(const char* path) {
    if (config::recorded(config::run_dir, path))
        return;
    if (auto done = config::record(config::run_dir, path); !done)
        log_error(done.error());
}

/// Steps read the topology that was recorded at boot. Where nobody recorded it, or slurmctld was
/// not asked yet what it takes the node for, the first job's prolog does, in a child, so that
/// neither hwloc nor a vendor's library can hang or crash the prolog; no job suffers where that
/// fails, because the step asks again.
void record_topology(const Arguments& arguments, const std::string& node) {
    constexpr auto deadline = std::chrono::seconds(5);
    const auto record = topology::read_record(config::run_dir);
    if ((record && record->slurm_asked) || ::access(config::cli_path, F_OK) != 0)
        return;
    if (auto trusted = check_trusted(config::cli_path); !trusted)
        return log_error(trusted.error());
    const char* path = arguments.config_path ? arguments.config_path : config::default_path;
    auto env = plain_environment();
    env.emplace_back("HWLOC_PLUGINS_PATH=/nonexistent");
    const auto recorded = run_child(
        Code::P204,
        {config::cli_path, "--config", path, "node", "topology", "--record", "--node", node}, env,
        deadline);
    if (!recorded)
        log_error(recorded.error());
    else if (recorded->status != 0)
        log_error({Code::P204, "this node's topology could not be recorded; run `fairlead node "
                               "scan` as root on it to see why"});
}

/// A refusal that cannot be kept would let the job through, so the node is broken for it; that a
/// job is ready need not be kept.
int leave_state(const JobEnvironment& job, const fabric::Verdict& verdict,
                std::optional<std::string> refusal) {
    const bool refused = refusal.has_value();
    const auto written = state::write_job_state(
        config::run_dir, {*job.job, job.node, verdict.found, verdict.expected, std::move(refusal)});
    if (written)
        return go_on;
    log_error(written.error());
    return refused ? node_broken : go_on;
}

void observe(const Error& error) {
    log::write(log::Level::Info, "observe: would fail this node: " + to_string(error));
    const auto counted =
        state::count(std::filesystem::path(config::run_dir) / "observed.json", error.code);
    if (!counted)
        log_error(counted.error());
}

int fail_node(const JobEnvironment& job, const config::Config& config, const Error& error) {
    log_error(error);
    if (auto drained = drain(config.scontrol, job.node, to_string(error)); !drained)
        log_error(drained.error());
    return node_broken;
}

/// The node itself is fit for the job; what concerns all its nodes is left.
int let_run(const fabric::Verdict& verdict, const JobEnvironment& job, const Demand& demand,
            const config::Config& config, const Arguments& arguments) {
    const char* path = arguments.config_path ? arguments.config_path : config::default_path;
    return leave_state(job, verdict, refuse_misplaced(job, demand, config, path));
}

int act_on(const fabric::Verdict& verdict, const JobEnvironment& job, const Demand& demand,
           const config::Config& config, const Arguments& arguments) {
    const Decision decision = decide(verdict, demand);
    if (decision.observed)
        observe(*verdict.error);
    // Asked for last, because it is on shared storage, which may hang.
    if (decision.act != Act::GoOn && state::paused(config.state_dir))
        return go_on;
    switch (decision.act) {
    case Act::FailNode:
        return fail_node(job, config, *verdict.error);
    case Act::Refuse:
        return leave_state(job, verdict, to_string(*verdict.error));
    case Act::GoOn:
        break;
    }
    return let_run(verdict, job, demand, config, arguments);
}

/// A configuration that cannot be used is no fault of a job that asks for nothing; one that asks
/// for EFA is refused by the gate.
int without_config(const JobEnvironment& job, const std::filesystem::path& state_dir,
                   const Error& error) {
    log_error(error);
    if (job.request.efa != config::EfaNeed::Required || state::paused(state_dir))
        return go_on;
    const fabric::Verdict unknown{fabric::Outcome::RequestWrong, 0, std::nullopt, std::nullopt};
    return leave_state(job, unknown,
                       to_string(Error{Code::E204, "efa: the job requires EFA, but the node could "
                                                   "not be checked: " +
                                                       error.message}));
}

int verify(const JobEnvironment& job, const Demand& demand, const config::Config& config,
           const Arguments& arguments) {
    const fabric::Verdict unchecked{fabric::Outcome::Ready, 0, std::nullopt, std::nullopt};
    if (demand.checked.efa == config::EfaNeed::Off)
        return demand.held.placed() ? let_run(unchecked, job, demand, config, arguments) : go_on;
    const auto verdict = fabric::judge_machine(config::system_root(config), config.catalog);
    if (!verdict)
        return without_config(job, config.state_dir, verdict.error());
    return act_on(*verdict, job, demand, config, arguments);
}

int run(const Arguments& arguments) {
    const JobEnvironment job = read_environment(EnvView{environ});
    if (!job.job) {
        log_error({Code::X301, "SLURM_JOB_ID is not a job id: slurmd runs this program as Prolog"});
        return go_on;
    }
    const auto config = config::load_for_node(arguments.config_path);
    if (!config)
        return without_config(job, config::state_dir_of(arguments.config_path), config.error());
    record_config(arguments.config_path);
    record_topology(arguments, job.node);
    const Demand demand = demand_of(job, *config);
    if (demand.record_error)
        log_error(*demand.record_error);
    const int status = verify(job, demand, *config, arguments);
    if (status == go_on)
        begin_network_report(EnvView{environ}, job, demand, *config);
    return status;
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
        log_error(arguments.error());
        return go_on;
    });
}
