#include "aws/imds.hpp"
#include "base/boot.hpp"
#include "base/words.hpp"
#include "cli/node.hpp"
#include "config/paths.hpp"
#include "state/record.hpp"

#include <cstdlib>
#include <future>
#include <unistd.h>

namespace fairlead::cli {
namespace {

constexpr auto imds_deadline = std::chrono::milliseconds(1500);
constexpr auto probe_deadline = std::chrono::seconds(3);

void say_unknown(const Error& error) {
    fmt::print(stderr, "fairlead: {}; its fields stay empty\n", to_string(error));
}

/// A node without devices has nothing to ask libfabric about.
std::optional<fabric::ProbeAnswer> ask_libfabric(const config::Config& config,
                                                 const std::vector<fabric::EfaDevice>& devices) {
    const bool faked = config.testing && !config.testing->sysfs_root.empty();
    const auto providers =
        config.testing ? config.testing->fabric_providers : std::filesystem::path{};
    if (!config.node_checks.libfabric || devices.empty() || (faked && providers.empty()))
        return std::nullopt;
    auto answer = fabric::ask_probe(config::probe_path, providers, probe_deadline);
    if (answer)
        return std::move(*answer);
    say_unknown(answer.error());
    return std::nullopt;
}

} // namespace

aws::InstanceFacts ask_imds(const config::Config& config) {
    const bool tested = config.testing && !config.testing->imds_endpoint.empty();
    auto facts = aws::instance_facts(
        tested ? config.testing->imds_endpoint : std::string(aws::imds_endpoint), imds_deadline);
    if (facts)
        return std::move(*facts);
    say_unknown(facts.error());
    return {};
}

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
    // libfabric takes most of the time, so the rest is asked meanwhile.
    auto libfabric = std::async(std::launch::async, ask_libfabric, config, record.efa);
    record.facts = ask_imds(config);
    record.probe = libfabric.get();
    return record;
}

} // namespace fairlead::cli
