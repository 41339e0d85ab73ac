#include "doctor/needs.hpp"

namespace fairlead::doctor {
namespace {

void add(Needs& needs, const config::PartitionRules& rules) {
    if (rules.mode == config::Mode::Off)
        return;
    const bool placed = rules.fabric.placed();
    needs.placement = needs.placement || placed;
    needs.one_leaf = needs.one_leaf || rules.fabric.max_layer == 1;
    if (rules.mode == config::Mode::Enforce)
        needs.checks = needs.checks || placed || rules.fabric.efa == config::EfaNeed::Required;
}

} // namespace

Needs needs_of(const config::Config& config, bool judged, bool stages) {
    Needs needs{.admission = judged || config.admission == config::Admission::Controller,
                .prolog_deadline = config.node_checks.deadline,
                .switch_wait = config.switch_wait};
    if (stages)
        needs.staging = config.staging.deadline;
    add(needs, config.defaults);
    for (const auto& [name, rules] : config.partitions)
        add(needs, rules);
    return needs;
}

} // namespace fairlead::doctor
