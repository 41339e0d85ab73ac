#include "prolog/record.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "config/recorded.hpp"
#include "config/recording.hpp"
#include "prolog/timing.hpp"
#include "state/record.hpp"
#include "topology/cache.hpp"

#include <ctime>
#include <unistd.h>

namespace fairlead::prolog {
namespace {

/// `fairlead node WORDS... --node NODE`
void run_fairlead(const Arguments& arguments, std::vector<std::string> words,
                  const std::string& node, const std::filesystem::path& program,
                  Deadline::milliseconds deadline) {
    if (::access(program.c_str(), F_OK) != 0 || deadline.count() == 0)
        return;
    if (auto trusted = check_trusted(program); !trusted)
        return log::error(trusted.error());
    const char* path = arguments.config_path ? arguments.config_path : config::default_path;
    std::vector<std::string> argv{program.native(), "--config", path, "node"};
    argv.insert(argv.end(), words.begin(), words.end());
    argv.insert(argv.end(), {"--node", node});
    auto env = plain_environment();
    env.emplace_back("HWLOC_PLUGINS_PATH=/nonexistent");
    const auto recorded = run_child(Code::P204, argv, env, deadline);
    if (!recorded)
        log::error(recorded.error());
    else if (recorded->status != 0)
        log::error({Code::P204, "this node could not be recorded as a whole; run `fairlead node "
                                "scan` as root on it to see why"});
}

bool is_of_now(const state::NodeRecord& record, const std::vector<fabric::EfaDevice>& devices) {
    return record.efa == devices && (!record.probe || fabric::holds(*record.probe));
}

std::optional<state::NodeRecord> recorded_now(const std::filesystem::path& run,
                                              const std::vector<fabric::EfaDevice>& devices) {
    auto record = state::read_node_record(run);
    if (!record || !is_of_now(*record, devices))
        return std::nullopt;
    return std::move(*record);
}

/// The metadata service was out when the node was scanned, and may be back.
bool may_know_more(const state::NodeRecord& record) {
    constexpr std::time_t patience = 60;
    return !record.facts.placement_group &&
           record.scanned < state::utc(std::time(nullptr) - patience);
}

} // namespace

void record_config(const Arguments& arguments, const Installation& here) {
    if (config::recorded(here.run, arguments.config_path))
        return;
    if (auto done = config::record(here.run, arguments.config_path); !done)
        log::error(done.error());
}

void record_topology(const Arguments& arguments, const std::string& node, const Deadline& deadline,
                     const Installation& here) {
    const auto record = topology::read_record(here.run);
    if (!record || !record->slurm_asked)
        run_fairlead(arguments, {"topology", "--record"}, node, here.program,
                     deadline.share(topology_time, acting_time));
}

std::optional<state::NodeRecord> node_record(const Arguments& arguments, const std::string& node,
                                             const Wanted& wanted, const Deadline& deadline,
                                             const Installation& here) {
    auto record = recorded_now(here.run, wanted.devices);
    if (record && !(wanted.metadata && may_know_more(*record)))
        return record;
    run_fairlead(arguments, {"scan"}, node, here.program, deadline.share(scan_time, acting_time));
    return recorded_now(here.run, wanted.devices);
}

} // namespace fairlead::prolog
