#include "policy/fabric.hpp"

#include "policy/feature_list.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

using config::EfaNeed;
using config::FabricDemand;
using config::FabricRequest;
using config::Placement;
using config::Relaxable;

constexpr int queue_pairs = 256;     ///< of an EFA device (ofiwg/libfabric#9356)
constexpr unsigned spread_nodes = 7; ///< EC2's limit of a spread group in an Availability Zone
constexpr unsigned most_zones = 6; ///< of a region: us-east-1 (AWS Regions and Availability Zones)

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

Error no_efa_type(const FabricCase& job) {
    return {Code::E101,
            fmt::format("partition '{}' has no EFA node type (it has {}); {}", job.partitions.name,
                        fmt::join(job.partitions.rules.instance_types, ", "),
                        other_than_this_partition(job))};
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

/// What brings the ranks of a node below its limit.
std::string fewer_ranks(const FabricCase& job, int interfaces, std::uint64_t limit) {
    const std::uint64_t tasks = job.request.tasks.value_or(0);
    const std::uint64_t nodes = job.request.most_nodes.value_or(0);
    const bool few_nodes = nodes > 0 && tasks > nodes * limit;
    const bool many_asked = job.request.tasks_per_node.value_or(0) > limit;
    std::string advice = "use ";
    if (many_asked || !few_nodes)
        advice += fmt::format("--ntasks-per-node={} or less", limit);
    if (few_nodes)
        advice += fmt::format("{}{} nodes or more", many_asked ? " and " : "",
                              (tasks + limit - 1) / limit);
    if (const std::string others = partitions_with(job, interfaces + 1); !others.empty())
        advice += fmt::format(", or submit to {}, whose nodes have more interfaces", others);
    return advice;
}

/// The site may allow fewer ranks than there are queue pairs for.
std::string what_is_short(std::uint64_t ranks, int interfaces, int ranks_per_nic) {
    const std::uint64_t needed = ranks * std::uint64_t(std::max(1, queue_pairs / ranks_per_nic));
    const int have = interfaces * queue_pairs;
    if (needed <= std::uint64_t(have))
        return fmt::format("are more than this site allows: {} on each (ranks_per_nic)",
                           ranks_per_nic);
    return fmt::format("need {} queue pairs, and {} {}", needed,
                       interfaces == 1 ? "it has" : "they have", have);
}

std::optional<Error> too_many_ranks(const FabricCase& job,
                                    const std::vector<const catalog::InstanceType*>& types) {
    const int interfaces = most_interfaces(types), ranks_per_nic = job.config.ranks_per_nic;
    const std::uint64_t ranks = ranks_on_a_node(job.request);
    const std::uint64_t limit = std::uint64_t(interfaces) * std::uint64_t(ranks_per_nic);
    if (one_node(job.request) || ranks <= limit)
        return std::nullopt;
    return Error{Code::E104, fmt::format("{} ranks a node on {} EFA interface{} {}; {}", ranks,
                                         interfaces, interfaces == 1 ? "" : "s",
                                         what_is_short(ranks, interfaces, ranks_per_nic),
                                         fewer_ranks(job, interfaces, limit))};
}

Error too_many_interfaces(const FabricCase& job,
                          const std::vector<const catalog::InstanceType*>& types) {
    const int most = most_interfaces(types);
    const bool insists = job.partitions.rules.fabric.efa_interfaces > most &&
                         job.partition_insists(Relaxable::EfaInterfaces);
    const std::string others = partitions_with(job, job.demand.efa_interfaces);
    std::string advice = insists ? "" : fmt::format("ask for {} or less", most);
    if (!others.empty())
        advice += fmt::format("{}submit to {}", insists ? "" : ", or ", others);
    if (advice.empty())
        advice = "the partition demands them itself, so ask its admins";
    return {Code::E103, fmt::format("{} EFA interfaces on each node are more than any node of "
                                    "partition '{}' {}has ({}); {}",
                                    job.demand.efa_interfaces, job.partitions.name,
                                    job.request.features ? "that the constraint leaves " : "",
                                    names_of(types), advice)};
}

/// Where a partition does not list its types, the one that the constraint demands.
std::vector<const catalog::InstanceType*> types_to_judge(const FabricCase& job) {
    if (!job.partitions.unlisted)
        return efa_types(job.partitions, job.catalog);
    const auto* type = type_demanded(job);
    return type ? std::vector{type} : std::vector<const catalog::InstanceType*>{};
}

std::optional<Error> impossible_interfaces(const FabricCase& job) {
    if (job.demand.efa != EfaNeed::Required)
        return std::nullopt;
    if (auto refusal = refuse_features(job))
        return refusal;
    const auto all_types = types_to_judge(job);
    if (all_types.empty() && !job.partitions.unlisted)
        return no_efa_type(job);
    const auto types = types_left(job, all_types);
    if (types.empty())
        return std::nullopt; // not known, or two types at once: Slurm's to judge
    if (job.demand.efa_interfaces > most_interfaces(types))
        return too_many_interfaces(job, types);
    return too_many_ranks(job, types);
}

/// Layers of the network and cluster placement groups lie within one zone.
bool within_one_zone(const FabricDemand& demand) { return demand.same_az || demand.max_layer > 0; }

std::optional<Error> impossible_placement(const FabricCase& job) {
    const std::uint32_t nodes = job.request.least_nodes.value_or(1);
    if (job.demand.placement != Placement::Spread)
        return std::nullopt;
    if (within_one_zone(job.demand) && nodes > spread_nodes)
        return Error{Code::E106,
                     fmt::format("{} nodes in a spread placement group within one Availability "
                                 "Zone: EC2 runs at most {} instances there; {}",
                                 nodes, spread_nodes, fewer_spread(job, spread_nodes))};
    if (nodes > spread_nodes * most_zones)
        return Error{Code::E106,
                     fmt::format("{} nodes in a spread placement group: EC2 runs at most {} "
                                 "instances of one in an Availability Zone, and no region has more "
                                 "than {} zones; {}",
                                 nodes, spread_nodes, most_zones,
                                 fewer_spread(job, spread_nodes * most_zones))};
    return std::nullopt;
}

/// The job says in one option what another, or its partition, forbids.
std::optional<Error> contradiction(const FabricCase& job) {
    const FabricDemand& partition = job.partitions.rules.fabric;
    if (job.asked.same_az.value_or(true))
        return std::nullopt;
    if (job.demand.placement == Placement::Cluster)
        return Error{Code::E108,
                     fmt::format("a cluster placement group lies within one Availability Zone, so "
                                 "--same-az=no cannot hold; {}",
                                 drop_same_az_no(job, "--placement=cluster",
                                                 partition.placement == Placement::Cluster ||
                                                     job.demand.max_layer > 0))};
    if (job.demand.max_layer > 0)
        return Error{
            Code::E108,
            fmt::format("network layers lie within one Availability Zone, so --same-az=no cannot "
                        "hold with --max-layer={}; {}",
                        job.demand.max_layer,
                        drop_same_az_no(job, fmt::format("--max-layer={}", job.demand.max_layer),
                                        partition.max_layer > 0))};
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

std::optional<Error> refuse_impossible(const FabricCase& job) {
    if (auto refusal = impossible_interfaces(job))
        return refusal;
    if (auto refusal = impossible_placement(job))
        return refusal;
    return contradiction(job);
}

} // namespace fairlead::policy
