#include "prolog/verify.hpp"

#include "fabric/host.hpp"
#include "prolog/timing.hpp"

#include <thread>
#include <unistd.h>

namespace fairlead::prolog {
namespace {

struct Look {
    const config::Config& config;
    const config::PartitionRules& rules;
    int interfaces; ///< that the job must find; 0 for all that the type has
    const catalog::Catalog& catalog;
    fabric::Node node;
};

Result<void> look_again(Look& look) {
    auto devices = fabric::efa_devices(look.node.root);
    if (!devices)
        return std::unexpected(devices.error());
    look.node.devices = std::move(*devices);
    return {};
}

bool is_short(const Look& look) {
    return fabric::judge_interfaces(look.node.instance, look.node.devices, look.catalog, look.rules,
                                    look.interfaces)
               .outcome == fabric::Outcome::NodeBroken;
}

Result<void> await_interfaces(Look& look, const Deadline& deadline) {
    const std::chrono::milliseconds wait =
        std::chrono::seconds(look.config.node_checks.attach_wait);
    for (int i = 0; i < look.config.node_checks.attach_tries; ++i) {
        if (!is_short(look) || !just_booted(look.config) ||
            deadline.share(wait, acting_time) < wait)
            return {};
        std::this_thread::sleep_for(wait);
        if (auto again = look_again(look); !again)
            return again;
    }
    return {};
}

} // namespace

bool just_booted(const config::Config& config) {
    const auto up = fabric::uptime(config::system_root(config));
    return up && *up < config.node_checks.attach_window;
}

fabric::Finding memlock_here(std::uint64_t least) {
    const int self = ::getpid();
    return fabric::check_memlock("/", fabric::slurmd_above("/", self).value_or(self), least);
}

std::optional<int> slurmd_of_machine() {
    const auto above = fabric::slurmd_above("/", ::getpid());
    return above ? above : fabric::slurmd_anywhere("/");
}

Result<fabric::Checked> verify(const Arguments& arguments, const JobEnvironment& job,
                               const Demand& demand, const config::Config& config,
                               const Deadline& deadline, const Installation& here) {
    const auto catalog = catalog::Catalog::load(here.catalog, config.catalog);
    if (!catalog)
        return std::unexpected(catalog.error());
    const auto& rules = config::rules_for(config, job.partition);
    const auto root = config::system_root(config);
    Look look{config,
              rules,
              demand.checked.efa_interfaces,
              *catalog,
              {root, fabric::this_instance(root), {}}};
    if (auto looked = look_again(look); !looked)
        return std::unexpected(looked.error());
    if (auto awaited = await_interfaces(look, deadline); !awaited)
        return std::unexpected(awaited.error());
    if (const auto record =
            node_record(arguments, job.node, {look.node.devices, demand.grouped}, deadline, here)) {
        look.node.facts = record->facts;
        look.node.probe = record->probe;
        look.node.hwloc = record->hwloc;
    }
    if (config.node_checks.memlock > 0)
        look.node.memlock = memlock_here(config.node_checks.memlock);
    return fabric::check_node(look.node, *catalog, rules, look.interfaces, config.node_checks);
}

} // namespace fairlead::prolog
