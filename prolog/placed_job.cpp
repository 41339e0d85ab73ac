#include "prolog/placed_job.hpp"

#include "base/host_list.hpp"
#include "base/log.hpp"
#include "placement/records.hpp"

namespace fairlead::prolog {
namespace {

bool same_place(const config::FabricDemand& a, const config::FabricDemand& b) {
    return a.max_layer == b.max_layer && a.same_az == b.same_az && a.placement == b.placement &&
           a.group == b.group;
}

} // namespace

std::vector<std::string> job_nodes(const EnvView& env) {
    const auto list = env.get("SLURM_JOB_NODELIST");
    return expand_host_list(list ? *list : env.get("SLURM_NODELIST").value_or(""))
        .value_or(std::vector<std::string>{});
}

placement::Snapshot known_places(const std::vector<std::string>& nodes,
                                 const config::Config& config) {
    auto snapshot = placement::read_snapshot(placement::snapshot_file(config.state_dir));
    if (!snapshot)
        log::write(log::Level::Warning, to_string(snapshot.error()));
    return placement::present(std::move(snapshot).value_or(placement::Snapshot{}),
                              placement::read_records(config.state_dir, nodes));
}

Judged judge_placement(const std::vector<std::string>& nodes, const placement::Snapshot& places,
                       const JobEnvironment& job, const Demand& demand,
                       const config::Config& config) {
    const std::string partition = fmt::format("partition '{}'", job.partition);
    const bool by_partition =
        same_place(demand.held, config::rules_for(config, job.partition).fabric);
    return {placement::judge(nodes, places, demand.held, by_partition ? partition : "the job"),
            placement::judge(nodes, places, demand.checked, partition)};
}

} // namespace fairlead::prolog
