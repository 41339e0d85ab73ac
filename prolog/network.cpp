#include "prolog/network.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/host_list.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "fabric/counters.hpp"
#include "fabric/instance.hpp"
#include "placement/node_place.hpp"
#include "state/job_presence.hpp"
#include "state/network_json.hpp"
#include "state/node_record.hpp"
#include "state/paths.hpp"
#include "state/spool.hpp"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <unistd.h>

namespace fairlead::prolog {
namespace fs = std::filesystem;
namespace {

constexpr auto read_deadline = std::chrono::seconds(2);
constexpr auto write_deadline = std::chrono::seconds(5);

template <class Number>
std::optional<Number> number(const EnvView& env, std::string_view name) {
    Number value{};
    const std::string_view text = env.get(name).value_or("");
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

std::string text(const EnvView& env, std::string_view name) {
    return std::string(env.get(name).value_or(""));
}

fs::path counters_file(JobId job) {
    return state::job_folder(config::run_dir, job) / state::counters_name;
}

Result<void> keep_counters(const JobEnvironment& job, const config::Config& config) {
    auto devices = fabric::read_counters(config::system_root(config));
    if (!devices)
        return std::unexpected(devices.error());
    const state::NetworkStart start{.spool = config::spool_of(config),
                                    .make_spool = config.spool.empty(),
                                    .root = config::system_root(config),
                                    .state_dir = config.state_dir,
                                    .restart = job.restart,
                                    .start = std::time(nullptr),
                                    .devices = std::move(*devices)};
    return write_atomic(counters_file(*job.job), state::encode(start), 0600);
}

bool wanted(const Demand& demand, const config::Config& config) {
    return config.network_report == config::NetworkReports::All ||
           demand.checked.efa != config::EfaNeed::Off;
}

/// Where this node lies, as it recorded itself and EC2 was last asked. That is on shared storage,
/// which may hang, and a report does without it.
fabric::NodePlace place_of_this_node(const fs::path& state_dir) {
    const auto record = state::read_node_record(config::run_dir);
    if (!record)
        return {};
    const auto answer = ask_forked(Code::E231, "where this node lies", read_deadline, [&] {
        const auto snapshot = placement::read_snapshot(placement::snapshot_file(state_dir));
        return ChildResult{0, state::encode(placement::place_of(
                                  *record, snapshot.value_or(placement::Snapshot{})))};
    });
    if (answer && answer->status == 0)
        return state::decode_node_place(answer->output);
    if (!answer)
        log::error(answer.error());
    return placement::place_of(*record, {});
}

fabric::NetworkPart part_of(const EnvView& env, JobId job, const state::NetworkStart& start,
                            fabric::NodePlace place,
                            const std::vector<fabric::DeviceCounters>& now) {
    const std::string old_list = text(env, "SLURM_NODELIST"); // 22.05 has this name alone
    return {.job = job,
            .uid = number<std::uint32_t>(env, "SLURM_JOB_UID").value_or(0),
            .restart = start.restart,
            .cluster = text(env, "SLURM_CLUSTER_NAME"),
            .partition = text(env, "SLURM_JOB_PARTITION"),
            .node = text(env, "SLURMD_NODENAME"),
            .node_list = old_list.empty() ? text(env, "SLURM_JOB_NODELIST") : old_list,
            .nodes = number<int>(env, "SLURM_JOB_NUM_NODES").value_or(0),
            .instance_type = fabric::this_instance(start.root).type,
            .place = std::move(place),
            .shared = state::shared_node(config::run_dir, job),
            .start = start.start,
            .end = std::time(nullptr),
            .devices = fabric::deltas(start.devices, now)};
}

Result<state::NetworkStart> start_of(JobId job) {
    const fs::path file = counters_file(job);
    const auto text = read_file(file);
    if (!text)
        return std::unexpected(text.error());
    return state::decode_network_start(*text, file.native());
}

Result<void> write_this_part(const EnvView& env, JobId job, const state::NetworkStart& start,
                             const fabric::NodePlace& place) {
    const auto now = fabric::read_counters(start.root);
    if (!now)
        return std::unexpected(now.error());
    const fabric::NetworkPart part = part_of(env, job, start, place, *now);
    if (!is_host_name(part.node))
        return fail(Code::X301, "SLURMD_NODENAME is no node name");
    return state::write_part({start.spool, start.make_spool}, job,
                             fmt::format("{}.{}.{}.json", part.node, part.start, part.restart),
                             part.uid, state::encode(part));
}

} // namespace

void begin_network_report(const JobEnvironment& job, const Demand& demand,
                          const config::Config& config, const Deadline& deadline) {
    if (config.network_report == config::NetworkReports::Off)
        return;
    const auto devices = fabric::efa_devices(config::system_root(config));
    const bool has_efa = devices && !devices->empty();
    if (!has_efa && demand.checked.efa == config::EfaNeed::Off)
        return;
    if (auto marked = state::mark_present(config::run_dir, *job.job); !marked)
        return log::error(marked.error());
    if (!wanted(demand, config))
        return;
    const auto kept = run_forked(Code::E231, "reading EFA counters", deadline.share(read_deadline),
                                 [&] { return keep_counters(job, config); });
    if (!kept)
        log::error(kept.error());
}

void end_network_report(const EnvView& env, JobId job) {
    const fs::path refused = state::job_folder(config::run_dir, job) / state::refused_name;
    if (::access(counters_file(job).c_str(), F_OK) != 0 || ::access(refused.c_str(), F_OK) == 0)
        return;
    const auto start = start_of(job);
    if (!start)
        return log::error(start.error());
    const auto place = place_of_this_node(start->state_dir);
    const auto written = run_forked(Code::E231, "writing the network report", write_deadline,
                                    [&] { return write_this_part(env, job, *start, place); });
    if (!written)
        log::error(written.error());
}

} // namespace fairlead::prolog
