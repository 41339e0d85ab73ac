#include "prolog/leader.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "placement/hostlist.hpp"
#include "prolog/placed_job.hpp"

#include <unistd.h>

namespace fairlead::prolog {
namespace {

constexpr auto refresh_deadline = std::chrono::seconds(15),
               check_deadline = std::chrono::seconds(25);

void log_error(const Error& error) { log::write(log::Level::Error, to_string(error)); }

Result<ChildResult> run(const char* program, std::vector<std::string> arguments,
                        std::vector<std::string> env, std::chrono::milliseconds deadline) {
    if (auto trusted = check_trusted(program); !trusted)
        return std::unexpected(trusted.error());
    arguments.insert(arguments.begin(), program);
    return run_child(Code::E221, arguments, env, deadline);
}

/// Failing is no fault of the job: what is unknown then stays so.
void ask_ec2(const std::vector<std::string>& nodes, const char* config_path) {
    const auto asked =
        run(config::cli_path,
            {"--config", config_path, "topology", "refresh", "--nodes", placement::compress(nodes)},
            plain_environment(), refresh_deadline);
    if (!asked)
        log_error(asked.error());
    else if (asked->status != 0)
        log_error({Code::E221, "EC2 could not be asked where the job's nodes lie; run `fairlead "
                               "topology refresh` as root to see why"});
}

/// What the check needs of this prolog's own environment.
std::vector<std::string> job_environment() {
    auto env = plain_environment();
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        if (text.starts_with("SLURM_JOB_") || text.starts_with("SLURM_NODELIST=") ||
            text.starts_with("SPANK_"))
            env.emplace_back(text);
    }
    return env;
}

} // namespace

std::optional<std::string> refuse_misplaced(const JobEnvironment& job, const Demand& demand,
                                            const config::Config& config, const char* config_path) {
    if (!demand.held.placed())
        return std::nullopt;
    const auto nodes = job_nodes(EnvView{environ});
    if (nodes.empty() || nodes.front() != job.node)
        return std::nullopt;
    auto held = judge_placement(nodes, job, demand, config).held;
    if (held.standing == placement::Standing::Unknown) {
        ask_ec2(held.unknown, config_path);
        held = judge_placement(nodes, job, demand, config).held;
    }
    const bool may_run_unknown =
        config::rules_for(config, job.partition).unknown_placement == config::UnknownPlacement::Run;
    if (held.standing == placement::Standing::Conforming ||
        (held.standing == placement::Standing::Unknown && may_run_unknown))
        return std::nullopt;
    const auto checked = run(config::placement_check_path, {"--config", config_path, "--asked-ec2"},
                             job_environment(), check_deadline);
    if (checked && checked->status == 0)
        return std::nullopt;
    if (!checked)
        log_error(checked.error());
    return to_string(*held.error);
}

} // namespace fairlead::prolog
