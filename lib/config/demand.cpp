#include "config/config.hpp"

#include <algorithm>

namespace fairlead::config {
namespace {

/// Fewer layers are stricter, and 0 stands for any number.
int fewer_layers(int a, int b) {
    if (a == 0 || b == 0)
        return std::max(a, b);
    return std::min(a, b);
}

} // namespace

bool relaxes(const PartitionRules& rules, Relaxable aspect) {
    return std::ranges::find(rules.relax, aspect) != rules.relax.end();
}

FabricDemand stricter(const FabricDemand& first, const FabricDemand& second) {
    return {.efa = std::max(first.efa, second.efa),
            .efa_interfaces = std::max(first.efa_interfaces, second.efa_interfaces),
            .placement = first.placement == Placement::Any ? second.placement : first.placement,
            .group = first.group.empty() ? second.group : first.group,
            .max_layer = fewer_layers(first.max_layer, second.max_layer),
            .same_az = first.same_az || second.same_az};
}

FabricDemand demand_of(const FabricRequest& request, const PartitionRules& rules, bool counts) {
    FabricDemand base = counts ? rules.fabric : FabricDemand{};
    if (request.efa && relaxes(rules, Relaxable::Efa))
        base.efa = *request.efa;
    if (request.efa_interfaces && relaxes(rules, Relaxable::EfaInterfaces))
        base.efa_interfaces = *request.efa_interfaces;
    if (request.placement && relaxes(rules, Relaxable::Placement)) {
        base.placement = *request.placement;
        base.group.clear();
    }
    if (request.max_layer && relaxes(rules, Relaxable::MaxLayer))
        base.max_layer = *request.max_layer;
    if (request.same_az && relaxes(rules, Relaxable::SameAz))
        base.same_az = *request.same_az;
    return stricter(base, {.efa = request.efa.value_or(EfaNeed::Off),
                           .efa_interfaces = request.efa_interfaces.value_or(0),
                           .placement = request.placement.value_or(Placement::Any),
                           .max_layer = request.max_layer.value_or(0),
                           .same_az = request.same_az.value_or(false)});
}

} // namespace fairlead::config
