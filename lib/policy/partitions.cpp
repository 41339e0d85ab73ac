#include "policy/partitions.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace fairlead::policy {
namespace {

using config::FabricDemand;
using config::Mode;
using config::PartitionRules;
using config::Placement;

/// Rules that are off demand nothing.
FabricDemand demand_of(const PartitionRules& rules) {
    return rules.mode == Mode::Off ? FabricDemand{} : rules.fabric;
}

FabricDemand weaker(const FabricDemand& a, const FabricDemand& b) {
    const bool same = a.placement == b.placement;
    return {.efa = std::min(a.efa, b.efa),
            .efa_interfaces = std::min(a.efa_interfaces, b.efa_interfaces),
            .placement = same ? a.placement : Placement::Any,
            .group = same && a.group == b.group ? a.group : std::string{},
            .max_layer =
                a.max_layer == 0 || b.max_layer == 0 ? 0 : std::max(a.max_layer, b.max_layer),
            .same_az = a.same_az && b.same_az};
}

void add(const PartitionRules& rules, std::string_view name, Partitions& all) {
    const FabricDemand demand = demand_of(rules);
    if (demand.efa < all.rules.fabric.efa)
        all.name = name;
    all.rules.fabric = weaker(all.rules.fabric, demand);
    all.rules.mode = std::min(all.rules.mode, rules.mode);
    std::erase_if(all.rules.relax, [&](auto aspect) { return !config::relaxes(rules, aspect); });
    auto& types = all.rules.instance_types;
    types.insert(types.end(), rules.instance_types.begin(), rules.instance_types.end());
    all.unlisted = all.unlisted || rules.instance_types.empty();
}

} // namespace

Partitions partitions_of(const JobRequest& request, const config::Config& config) {
    const std::string names(
        request.partition.value_or(config.default_partition.value_or(std::string{})).view());
    auto list = split(names, ',');
    std::erase(list, std::string_view{});
    if (list.empty())
        list.emplace_back();
    Partitions all{.rules = config::rules_for(config, list.front()),
                   .name = std::string(list.front())};
    all.rules.fabric = demand_of(all.rules);
    all.rules.instance_types.clear();
    for (const std::string_view name : list)
        add(config::rules_for(config, name), name, all);
    return all;
}

std::vector<const catalog::InstanceType*> efa_types(const Partitions& partitions,
                                                    const catalog::Catalog& catalog) {
    std::vector<const catalog::InstanceType*> types;
    for (const std::string& name : partitions.rules.instance_types)
        if (const auto* type = catalog.find(name); type && type->efa_interfaces > 0)
            types.push_back(type);
    return types;
}

} // namespace fairlead::policy
