#include "fabric/verdict.hpp"

#include "base/words.hpp"
#include "config/paths.hpp"

namespace fairlead::fabric {
namespace {

/// What the partition enforces is all that the type has, which no job may undercut.
bool insists_on_all(const config::PartitionRules& rules) {
    return rules.mode == config::Mode::Enforce && rules.fabric.efa == config::EfaNeed::Required &&
           rules.fabric.efa_interfaces == 0 &&
           !config::relaxes(rules, config::Relaxable::EfaInterfaces);
}

} // namespace

Verdict judge(const Instance& instance, const std::vector<EfaDevice>& devices,
              const catalog::Catalog& catalog, int least) {
    Verdict verdict{Outcome::Ready, static_cast<int>(devices.size()), std::nullopt, std::nullopt};
    const auto* type = catalog.find(instance.type);
    if (type)
        verdict.expected = type->efa_interfaces;
    if (least > 0 && (type ? type->efa_interfaces > 0 : !devices.empty()))
        verdict.expected = least;
    if (verdict.found < verdict.expected.value_or(0)) {
        verdict.outcome = Outcome::NodeBroken;
        verdict.error =
            Error{Code::E201, fmt::format("efa: {} of {} EFA interfaces on {}", verdict.found,
                                          *verdict.expected, instance.type)};
    } else if (verdict.found == 0) {
        verdict.outcome = Outcome::RequestWrong;
        verdict.error =
            Error{Code::E202,
                  fmt::format("efa: the job requires EFA, but this node ({}) has none; submit to a "
                              "partition with EFA nodes",
                              instance.type.empty() ? "of unknown instance type"
                                                    : printable(instance.type))};
    }
    return verdict;
}

Verdict judge_interfaces(const Instance& instance, const std::vector<EfaDevice>& devices,
                         const catalog::Catalog& catalog, const config::PartitionRules& rules,
                         int interfaces) {
    Verdict verdict = judge(instance, devices, catalog, interfaces);
    const int demanded = rules.fabric.efa_interfaces;
    if (interfaces == demanded)
        return verdict;
    const Verdict least = judge(instance, devices, catalog, demanded);
    if (least.outcome == Outcome::NodeBroken && insists_on_all(rules))
        return least;
    if (verdict.outcome != Outcome::NodeBroken || least.outcome != Outcome::Ready)
        return verdict;
    verdict.outcome = Outcome::RequestWrong;
    verdict.error = Error{Code::E103, fmt::format("efa: the job asks for {} EFA interfaces on a "
                                                  "node, this one has {}",
                                                  interfaces, verdict.found)};
    return verdict;
}

Result<Verdict> judge_machine(const std::filesystem::path& root,
                              const std::filesystem::path& site_catalog) {
    const auto catalog = catalog::Catalog::load(config::catalog_path, site_catalog);
    if (!catalog)
        return std::unexpected(catalog.error());
    const auto devices = efa_devices(root);
    if (!devices)
        return std::unexpected(devices.error());
    return judge(this_instance(root), *devices, *catalog);
}

} // namespace fairlead::fabric
