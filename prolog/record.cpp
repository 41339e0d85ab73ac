#include "prolog/record.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "config/paths.hpp"
#include "config/recorded.hpp"
#include "config/recording.hpp"
#include "prolog/timing.hpp"
#include "topology/cache.hpp"

#include <unistd.h>

namespace fairlead::prolog {
namespace {

void log_error(const Error& error) { log::write(log::Level::Error, to_string(error)); }

/// `fairlead node WORDS... --node NODE`
void run_fairlead(const Arguments& arguments, std::vector<std::string> words,
                  const std::string& node, Deadline::milliseconds deadline) {
    if (::access(config::cli_path, F_OK) != 0 || deadline.count() == 0)
        return;
    if (auto trusted = check_trusted(config::cli_path); !trusted)
        return log_error(trusted.error());
    const char* path = arguments.config_path ? arguments.config_path : config::default_path;
    std::vector<std::string> argv{config::cli_path, "--config", path, "node"};
    argv.insert(argv.end(), words.begin(), words.end());
    argv.insert(argv.end(), {"--node", node});
    auto env = plain_environment();
    env.emplace_back("HWLOC_PLUGINS_PATH=/nonexistent");
    const auto recorded = run_child(Code::P204, argv, env, deadline);
    if (!recorded)
        log_error(recorded.error());
    else if (recorded->status != 0)
        log_error({Code::P204, "this node could not be recorded as a whole; run `fairlead node "
                               "scan` as root on it to see why"});
}

bool is_of_now(const state::NodeRecord& record, const std::vector<fabric::EfaDevice>& devices) {
    return record.efa == devices && (!record.probe || fabric::holds(*record.probe));
}

std::optional<state::NodeRecord> recorded_now(const std::vector<fabric::EfaDevice>& devices) {
    auto record = state::read_node_record(config::run_dir);
    if (!record || !is_of_now(*record, devices))
        return std::nullopt;
    return std::move(*record);
}

} // namespace

void record_config(const Arguments& arguments) {
    if (config::recorded(config::run_dir, arguments.config_path))
        return;
    if (auto done = config::record(config::run_dir, arguments.config_path); !done)
        log_error(done.error());
}

void record_topology(const Arguments& arguments, const std::string& node,
                     const Deadline& deadline) {
    const auto record = topology::read_record(config::run_dir);
    if (!record || !record->slurm_asked)
        run_fairlead(arguments, {"topology", "--record"}, node,
                     deadline.share(topology_time, acting_time));
}

std::optional<state::NodeRecord> node_record(const Arguments& arguments, const std::string& node,
                                             const std::vector<fabric::EfaDevice>& devices,
                                             const Deadline& deadline) {
    if (auto record = recorded_now(devices))
        return record;
    run_fairlead(arguments, {"scan"}, node, deadline.share(scan_time, acting_time));
    return recorded_now(devices);
}

} // namespace fairlead::prolog
