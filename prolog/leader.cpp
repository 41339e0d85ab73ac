#include "prolog/leader.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/words.hpp"
#include "config/paths.hpp"
#include "prolog/placed_job.hpp"
#include "prolog/timing.hpp"

#include <unistd.h>

namespace fairlead::prolog {
namespace {

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

Result<ChildResult> check(const Arguments& arguments, const Deadline& deadline) {
    const char* config = arguments.config_path ? arguments.config_path : config::default_path;
    if (auto trusted = check_trusted(config::placement_check_path); !trusted)
        return std::unexpected(trusted.error());
    const auto time = deadline.share(placement_time, storage_time);
    return run_child(Code::E221,
                     {config::placement_check_path, "--config", config, "--first-node",
                      std::to_string(time.count())},
                     job_environment(), time);
}

} // namespace

std::optional<std::string> refuse_misplaced(const JobEnvironment& job, const Demand& demand,
                                            const config::Config& config,
                                            const Arguments& arguments, const Deadline& deadline) {
    const auto nodes =
        demand.held.placed() ? job_nodes(EnvView{environ}) : std::vector<std::string>{};
    if (nodes.empty() || nodes.front() != job.node)
        return std::nullopt;
    const auto checked = check(arguments, deadline);
    if (checked && checked->status == 0)
        return std::nullopt;
    if (checked && !checked->output.empty())
        return std::string(trimmed(checked->output));
    const Error error = checked
                            ? Error{Code::E221, "where the job's nodes lie could not be checked"}
                            : checked.error();
    log::write(log::Level::Error, to_string(error));
    const bool may_run =
        config::rules_for(config, job.partition).unknown_placement == config::UnknownPlacement::Run;
    return may_run ? std::nullopt : std::optional(to_string(error));
}

} // namespace fairlead::prolog
