#include "policy/fabric.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

using config::EfaNeed;
using config::FabricDemand;
using config::FabricRequest;
using config::Placement;
using config::Relaxable;

constexpr int queue_pairs = 256; ///< of an EFA device (ofiwg/libfabric#9356)
constexpr int spread_nodes = 7;  ///< EC2's limit of a spread group in an Availability Zone

struct Judged {
    const FabricRequest& asked;
    const Partitions& partitions;
    const FabricDemand& demanded = partitions.rules.fabric;

    bool may(Relaxable aspect) const { return config::relaxes(partitions.rules, aspect); }
};

std::optional<Error> less_efa(const Judged& job) {
    if (job.demanded.efa != EfaNeed::Required || !job.asked.efa ||
        job.asked.efa == EfaNeed::Required || job.may(Relaxable::Efa))
        return std::nullopt;
    return Error{Code::E102,
                 fmt::format("partition '{}' requires EFA, so --efa={} cannot hold; drop the "
                             "option or submit to another partition",
                             job.partitions.name, config::to_string(*job.asked.efa))};
}

std::optional<Error> fewer_interfaces(const Judged& job) {
    if (!job.asked.efa_interfaces || *job.asked.efa_interfaces >= job.demanded.efa_interfaces ||
        job.may(Relaxable::EfaInterfaces))
        return std::nullopt;
    return Error{Code::E103,
                 fmt::format("partition '{}' demands {} EFA interfaces on each node, so "
                             "--efa-interfaces={} cannot hold; drop the option",
                             job.partitions.name, job.demanded.efa_interfaces,
                             *job.asked.efa_interfaces)};
}

std::optional<Error> other_placement(const Judged& job) {
    if (job.demanded.placement == Placement::Any || !job.asked.placement ||
        *job.asked.placement == job.demanded.placement || job.may(Relaxable::Placement))
        return std::nullopt;
    return Error{Code::E105,
                 fmt::format("partition '{}' demands placement {}, so --placement={} cannot hold; "
                             "drop the option or submit to another partition",
                             job.partitions.name, config::to_string(job.demanded.placement),
                             config::to_string(*job.asked.placement))};
}

std::optional<Error> more_layers(const Judged& job) {
    const int limit = job.demanded.max_layer;
    if (limit == 0 || !job.asked.max_layer || job.may(Relaxable::MaxLayer) ||
        (*job.asked.max_layer != 0 && *job.asked.max_layer <= limit))
        return std::nullopt;
    return Error{Code::E107,
                 fmt::format("partition '{}' allows at most {} network layers above a job's nodes, "
                             "so --max-layer={} cannot hold; drop the option or ask for {} or less",
                             job.partitions.name, limit,
                             config::layers.at(static_cast<std::size_t>(*job.asked.max_layer)),
                             limit)};
}

std::optional<Error> several_zones(const Judged& job) {
    if (!job.demanded.same_az || job.asked.same_az.value_or(true) || job.may(Relaxable::SameAz))
        return std::nullopt;
    return Error{Code::E108,
                 fmt::format("partition '{}' demands one Availability Zone for all nodes of a job, "
                             "so --same-az=no cannot hold; drop the option",
                             job.partitions.name)};
}

/// The most interfaces that a node of the partitions can have.
int most_interfaces(const std::vector<const catalog::InstanceType*>& types) {
    int most = 0;
    for (const auto* type : types)
        most = std::max(most, type->efa_interfaces);
    return most;
}

std::string names_of(const std::vector<const catalog::InstanceType*>& types) {
    std::vector<std::string> names;
    for (const auto* type : types)
        names.push_back(fmt::format("{} has {}", type->name, type->efa_interfaces));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<Error> no_efa_type(const Partitions& partitions) {
    return Error{Code::E101,
                 fmt::format("partition '{}' has no EFA node type (it has {}); submit to a "
                             "partition with EFA nodes or drop --efa=required",
                             partitions.name, fmt::join(partitions.rules.instance_types, ", "))};
}

/// The ranks that some node of the job carries at least.
std::uint32_t ranks_on_a_node(const JobRequest& request) {
    const std::uint32_t nodes = request.most_nodes.value_or(0);
    const std::uint64_t tasks = request.tasks.value_or(0);
    const std::uint64_t spread = nodes == 0 ? tasks : (tasks + nodes - 1) / nodes;
    const std::uint32_t asked = request.tasks_per_node.value_or(0);
    if (asked > 0) // beside a number of tasks Slurm takes it for the most
        return tasks > 0 ? static_cast<std::uint32_t>(std::min<std::uint64_t>(asked, spread))
                         : asked;
    return nodes == 0 ? 0 : static_cast<std::uint32_t>(spread);
}

bool one_node(const JobRequest& request) { return request.most_nodes == 1U; }

std::optional<Error> too_many_ranks(const JobRequest& request,
                                    const std::vector<const catalog::InstanceType*>& types,
                                    int ranks_per_nic) {
    const int interfaces = most_interfaces(types);
    const std::uint64_t ranks = ranks_on_a_node(request);
    if (one_node(request) || ranks <= std::uint64_t(interfaces) * std::uint64_t(ranks_per_nic))
        return std::nullopt;
    const std::uint64_t pairs_a_rank = std::uint64_t(std::max(1, queue_pairs / ranks_per_nic));
    return Error{Code::E104,
                 fmt::format("{} ranks a node on {} EFA interface{} need {} queue pairs, and {}; "
                             "use --ntasks-per-node={} or less, or nodes with more interfaces",
                             ranks, interfaces, interfaces == 1 ? "" : "s", ranks * pairs_a_rank,
                             interfaces == 1
                                 ? fmt::format("it has {}", queue_pairs)
                                 : fmt::format("they have {}", interfaces * queue_pairs),
                             interfaces * ranks_per_nic)};
}

std::optional<Error> impossible_interfaces(const JobRequest& request, const FabricDemand& demand,
                                           const Partitions& partitions,
                                           const catalog::Catalog& catalog, int ranks_per_nic) {
    if (demand.efa != EfaNeed::Required || partitions.unlisted)
        return std::nullopt;
    const auto types = efa_types(partitions, catalog);
    if (types.empty())
        return no_efa_type(partitions);
    if (demand.efa_interfaces > most_interfaces(types))
        return Error{Code::E103,
                     fmt::format("{} EFA interfaces on each node are more than any node of "
                                 "partition '{}' has ({}); ask for {} or less",
                                 demand.efa_interfaces, partitions.name, names_of(types),
                                 most_interfaces(types))};
    return too_many_ranks(request, types, ranks_per_nic);
}

/// Layers of the network and cluster placement groups lie within one zone.
bool within_one_zone(const FabricDemand& demand) { return demand.same_az || demand.max_layer > 0; }

std::optional<Error> impossible_placement(const JobRequest& request, const FabricDemand& demand) {
    const std::uint32_t nodes = request.least_nodes.value_or(1);
    if (demand.placement == Placement::Spread && within_one_zone(demand) && nodes > spread_nodes)
        return Error{Code::E106,
                     fmt::format("{} nodes in a spread placement group within one Availability "
                                 "Zone: EC2 runs at most {} instances there; ask for {} nodes or "
                                 "less, or for --placement=cluster or partition",
                                 nodes, spread_nodes, spread_nodes)};
    return std::nullopt;
}

/// The job says in one option what another forbids.
std::optional<Error> contradiction(const FabricRequest& asked, const FabricDemand& demand) {
    if (asked.same_az.value_or(true))
        return std::nullopt;
    if (demand.placement == Placement::Cluster)
        return Error{Code::E108, "a cluster placement group lies within one Availability Zone, so "
                                 "--same-az=no cannot hold; drop one of them"};
    if (demand.max_layer > 0)
        return Error{Code::E108,
                     fmt::format("network layers lie within one Availability Zone, so --same-az=no "
                                 "cannot hold with --max-layer={}; drop one of them",
                                 demand.max_layer)};
    return std::nullopt;
}

} // namespace

std::optional<Error> refuse_relaxation(const FabricRequest& asked, const Partitions& partitions) {
    const Judged job{asked, partitions};
    for (const auto judge :
         {less_efa, fewer_interfaces, other_placement, more_layers, several_zones})
        if (auto refusal = judge(job))
            return refusal;
    return std::nullopt;
}

std::optional<Error> refuse_impossible(const JobRequest& request, const FabricDemand& demand,
                                       const Partitions& partitions,
                                       const catalog::Catalog& catalog, int ranks_per_nic) {
    if (auto refusal = impossible_interfaces(request, demand, partitions, catalog, ranks_per_nic))
        return refusal;
    if (auto refusal = impossible_placement(request, demand))
        return refusal;
    return request.fabric ? contradiction(*request.fabric, demand) : std::nullopt;
}

} // namespace fairlead::policy
