#include "cli/policy_snapshot.hpp"

#include "config/paths.hpp"
#include "state/pause.hpp"

namespace fairlead::cli {

Result<policy::Snapshot> snapshot_of(const Session& session) {
    auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    auto catalog = catalog::Catalog::load(config::catalog_path, config->catalog);
    if (!catalog)
        return std::unexpected(catalog.error());
    auto rules = policy::load_rules(std::filesystem::path(session.config_path));
    if (!rules)
        return std::unexpected(rules.error());
    const bool paused = state::paused(config->state_dir);
    return policy::Snapshot{.config = std::move(*config),
                            .catalog = std::move(*catalog),
                            .paused = paused,
                            .rules = std::move(*rules)};
}

Result<policy::Snapshot> snapshot_of(std::span<const std::filesystem::path> rules) {
    auto read = policy::load_rules(rules);
    if (!read)
        return std::unexpected(read.error());
    policy::Snapshot snapshot;
    snapshot.config.policy.mode = config::Mode::Enforce;
    snapshot.config.policy.exempt.clear();
    snapshot.rules = std::move(*read);
    return snapshot;
}

std::uint32_t slurm_release() {
    constexpr unsigned micro_bits = 8;
    return FAIRLEAD_SLURM_VERSION >> micro_bits;
}

} // namespace fairlead::cli
