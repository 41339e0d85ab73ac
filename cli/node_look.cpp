#include "aws/imds.hpp"
#include "base/boot.hpp"
#include "base/words.hpp"
#include "cli/node.hpp"
#include "config/paths.hpp"
#include "state/record.hpp"

#include <cstdlib>
#include <unistd.h>

namespace fairlead::cli {
namespace {

constexpr auto imds_deadline = std::chrono::milliseconds(1500);
constexpr auto probe_deadline = std::chrono::seconds(3);

void say_unknown(const Error& error) {
    fmt::print(stderr, "fairlead: {}; its fields stay empty\n", to_string(error));
}

void ask_imds(const config::Config& config, state::NodeRecord& record) {
    const bool tested = config.testing && !config.testing->imds_endpoint.empty();
    auto facts = aws::instance_facts(
        tested ? config.testing->imds_endpoint : std::string(aws::imds_endpoint), imds_deadline);
    if (!facts)
        return say_unknown(facts.error());
    record.facts = std::move(*facts);
}

/// A node without devices has nothing to ask libfabric about.
void ask_libfabric(const config::Config& config, state::NodeRecord& record) {
    const bool faked = config.testing && !config.testing->sysfs_root.empty();
    const auto providers =
        config.testing ? config.testing->fabric_providers : std::filesystem::path{};
    if (!config.node_checks.libfabric || record.efa.empty() || (faked && providers.empty()))
        return;
    auto answer = fabric::ask_probe(config::probe_path, providers, probe_deadline);
    if (!answer)
        return say_unknown(answer.error());
    record.probe = std::move(*answer);
}

} // namespace

std::string node_name() {
    if (const char* name = std::getenv("SLURMD_NODENAME")) // NOLINT(concurrency-mt-unsafe)
        return name;
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return std::string(split(name, '.').front());
}

Result<state::NodeRecord> look_at_node(const config::Config& config, const std::string& node) {
    const auto root = config::system_root(config);
    auto devices = fabric::efa_devices(root);
    if (!devices)
        return std::unexpected(devices.error());
    state::NodeRecord record{.node = node.empty() ? node_name() : node,
                             .boot_id = boot_id(),
                             .instance = fabric::this_instance(root),
                             .efa = std::move(*devices),
                             .scanned = state::utc_now()};
    ask_imds(config, record);
    ask_libfabric(config, record);
    return record;
}

} // namespace fairlead::cli
