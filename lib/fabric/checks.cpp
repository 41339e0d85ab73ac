#include "fabric/checks.hpp"

#include "fabric/device_files.hpp"
#include "fabric/host.hpp"

namespace fairlead::fabric {
namespace {

Finding interfaces_of(const Verdict& verdict) {
    Finding finding{.check = "EFA interfaces",
                    .found = fmt::format("{}", verdict.found),
                    .expected = verdict.expected ? fmt::format("{}", *verdict.expected) : ""};
    if (verdict.error) {
        finding.state = State::Failed;
        finding.error = verdict.error;
    }
    return finding;
}

} // namespace

Checked check_node(const Node& node, const catalog::Catalog& catalog,
                   const config::PartitionRules& rules, int interfaces,
                   const config::NodeChecks& site) {
    const auto* type = catalog.find(node.instance.type);
    Checked checked{judge_interfaces(node.instance, node.devices, catalog, rules, interfaces), {}};
    const bool missing = checked.verdict.outcome == Outcome::NodeBroken;
    auto& findings = checked.findings;
    findings.push_back(check_type(node.instance, rules.instance_types));
    findings.push_back(check_network_cards(node.facts, type, missing));
    findings.push_back(interfaces_of(checked.verdict));
    findings.push_back(check_device_files(node.root, node.devices));
    findings.push_back(check_driver(node.root, site.driver));
    findings.push_back(check_ptrace_scope(node.root, site.ptrace_scope));
    if (node.memlock)
        findings.push_back(*node.memlock);
    findings.push_back(check_huge_pages(node.root, site.huge_pages));
    findings.push_back(check_mtu(node.root, site.mtu));
    findings.push_back(check_metadata(node.instance, node.facts, node.ec2_zone));
    findings.push_back(check_placement_group(node.facts, rules.fabric));
    findings.push_back(check_libfabric(node.probe, node.devices, site.libfabric));
    findings.push_back(check_hwloc(node.hwloc, node.devices, site.libfabric));
    return checked;
}

} // namespace fairlead::fabric
