#include "policy/fabric_advice.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

using config::EfaNeed;
using config::Placement;
using config::Relaxable;

constexpr std::size_t most_named = 4;

bool is_own(const FabricCase& job, std::string_view name) {
    if (!job.request.partition)
        return job.config.default_partition == name;
    const auto own = split(job.request.partition->view(), ',');
    return std::ranges::find(own, name) != own.end();
}

bool has(const FabricCase& job, const config::PartitionRules& rules, int interfaces) {
    return std::ranges::any_of(rules.instance_types, [&](const std::string& name) {
        const auto* type = job.catalog.find(name);
        return type && type->efa_interfaces >= interfaces;
    });
}

bool partition_wants_efa(const FabricCase& job) {
    return job.counts && job.partitions.rules.fabric.efa == EfaNeed::Required;
}

/// "a", "a or b", "a, b or c"
std::string alternatives(const std::vector<std::string>& ways) {
    if (ways.size() < 2)
        return ways.empty() ? std::string{} : ways.front();
    return fmt::format("{} or {}", fmt::join(ways.begin(), ways.end() - 1, ", "), ways.back());
}

} // namespace

bool may_drop_efa(const FabricCase& job) {
    return job.asked.efa == EfaNeed::Required && !partition_wants_efa(job);
}

std::string partitions_with(const FabricCase& job, int interfaces) {
    std::vector<std::string> names;
    for (const auto& [name, rules] : job.config.partitions)
        if (names.size() < most_named && !is_own(job, name) && has(job, rules, interfaces))
            names.push_back(fmt::format("'{}'", printable(name)));
    return names.empty() ? std::string{} : "partition " + alternatives(names);
}

std::string other_than_this_partition(const FabricCase& job) {
    std::vector<std::string> ways;
    if (const std::string others = partitions_with(job, std::max(1, job.demand.efa_interfaces));
        !others.empty())
        ways.push_back("submit to " + others);
    if (may_drop_efa(job))
        ways.emplace_back("drop --efa=required");
    else if (!job.partition_insists(Relaxable::Efa))
        ways.emplace_back("ask for --efa=off");
    if (ways.empty())
        ways.emplace_back("no other partition is known to have EFA nodes, so ask its admins");
    return alternatives(ways);
}

std::string fewer_spread(const FabricCase& job, unsigned most) {
    const config::FabricDemand& partition = job.partitions.rules.fabric;
    std::string advice = fmt::format("ask for {} nodes or less", most);
    const bool spread_is_partitions = job.counts && partition.placement == Placement::Spread;
    if (!spread_is_partitions || !job.partition_insists(Relaxable::Placement))
        advice += ", or for --placement=cluster or partition";
    const bool zone_is_partitions = job.counts && (partition.same_az || partition.max_layer > 0);
    const bool one_zone = job.demand.same_az || job.demand.max_layer > 0;
    if (one_zone && !zone_is_partitions)
        advice += fmt::format(", or drop {}", job.asked.max_layer.value_or(0) == 0 ? "--same-az"
                                              : job.asked.same_az.value_or(false)
                                                  ? "--same-az and --max-layer"
                                                  : "--max-layer");
    return advice;
}

std::string drop_same_az_no(const FabricCase& job, std::string_view other, bool partitions_own) {
    if (job.counts && partitions_own)
        return "drop --same-az=no";
    return fmt::format("drop --same-az=no or {}", other);
}

} // namespace fairlead::policy
