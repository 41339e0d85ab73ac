/// fairlead config check

#include "cli/config.hpp"

#include "base/child.hpp"
#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "config/paths.hpp"
#include "config/private.hpp"
#include "cost/settings.hpp"
#include "policy/findings.hpp"
#include "policy/rule_reader.hpp"
#include "stage/cluster.hpp"
#include "stage/orders.hpp"
#include "stage/permit.hpp"

#include <memory>

namespace fairlead::cli {
namespace {

/// Prints what a partition's rules come to, with what looks wrong about them.
void print_partition(const std::string& name, const config::PartitionRules& rules,
                     const catalog::Catalog& catalog) {
    fmt::print("partition {}: efa {}, mode {}\n", name, config::to_string(rules.fabric.efa),
               config::to_string(rules.mode));
    for (const std::string& type : rules.instance_types)
        if (!catalog.find(type))
            fmt::print("partition {}: note: {} is not in the catalog of EFA types\n", name, type);
    if (rules.fabric.efa == config::EfaNeed::Required && rules.instance_types.empty())
        fmt::print("partition {}: note: without instance_types, jobs for nodes without EFA are not "
                   "refused at submission\n",
                   name);
}

/// The rules with their findings, which are no error of the file but make the check fail.
Result<bool> check_rules(const std::filesystem::path& file, const config::Config& config) {
    const auto rules = policy::load_rules(file);
    if (!rules)
        return std::unexpected(rules.error());
    const std::vector<Error> findings = policy::findings_of(*rules);
    for (const Error& finding : findings)
        fmt::print("{}\n", to_string(finding));
    if (!rules->empty())
        fmt::print("policy: {} rules, mode {}\n", rules->size(),
                   config::to_string(config.policy.mode));
    return findings.empty();
}

/// What Slurm says of itself; nothing where no slurmctld answers.
std::string slurm_config(const config::Config& config) {
    constexpr auto deadline = std::chrono::seconds(10);
    const auto shown =
        run_child(Code::S104, {config.scontrol, "show", "config"}, plain_environment(), deadline);
    return shown && shown->status == 0 ? shown->output : std::string{};
}

/// A site that maps no bucket and names no profile does not stage, and its slurm.conf may be as it
/// likes.
Result<bool> check_staging(const std::filesystem::path& file, const config::Config& config) {
    if (auto profiles = stage::check_profiles(config.staging); !profiles)
        return std::unexpected(profiles.error());
    const auto permit = stage::load_permit(file);
    if (!permit)
        return std::unexpected(permit.error());
    if (permit->buckets.empty() && config.staging.profiles.empty())
        return true;
    if (auto known = stage::check_regions(*permit, config.region); !known)
        return std::unexpected(known.error());
    fmt::print("staging: {} prefixes of buckets, {} profiles, {} s at most\n",
               permit->buckets.size(), config.staging.profiles.size(), config.staging.deadline);
    if (config::site_folders(config.staging).empty())
        fmt::print("staging: note: no file system is named as the site's, so that none that fails "
                   "drains a node; see staging.file_systems\n");
    if (auto stall = stage::check_stall(config.staging); !stall)
        return std::unexpected(stall.error());
    const std::string slurm = slurm_config(config);
    if (slurm.empty()) {
        fmt::print(
            "staging: note: slurmctld does not answer, so that PrologFlags are not checked\n");
        return true;
    }
    const auto findings = stage::findings_of(slurm, config.staging);
    for (const Error& finding : findings)
        fmt::print("{}\n", to_string(finding));
    return findings.empty();
}

} // namespace

Result<void> check_beside(const std::filesystem::path& file) {
    auto checked = config::check_private(file.parent_path() / config::private_name);
    if (!checked && checked.error().code == Code::X101)
        return {};
    return checked;
}

void check_config(const std::filesystem::path& file, Session& session) {
    if (file.filename() == config::private_name) {
        if (auto checked = config::check_private(file); !checked)
            return session.report(checked.error());
        if (auto permit = stage::load_permit(file); !permit)
            return session.report(permit.error());
        fmt::print("{}: fine\n", file.native());
        return;
    }
    const auto config = config::load(file);
    if (!config)
        return session.report(config.error());
    if (const auto cost = cost::load_settings(file); !cost)
        return session.report(cost.error());
    const auto good = check_rules(file, *config);
    if (!good)
        return session.report(good.error());
    const auto catalog = catalog::Catalog::load(config::catalog_path, config->catalog);
    if (!catalog)
        return session.report(catalog.error());
    if (auto checked = check_beside(file); !checked)
        return session.report(checked.error());
    const auto staged = check_staging(file, *config);
    if (!staged)
        return session.report(staged.error());
    for (const auto& [name, rules] : config->partitions)
        print_partition(name, rules, *catalog);
    if (!*good || !*staged) {
        session.status = problem;
        return;
    }
    fmt::print("{}: fine\n", file.native());
}

void add_config(CLI::App& app, Session& session) {
    auto file = std::make_shared<std::string>();
    CLI::App* config = app.add_subcommand("config", "configuration files");
    config->require_subcommand(1);
    CLI::App* command =
        config->add_subcommand("check", "check a configuration without touching anything");
    command->add_option("FILE", *file, "file to check (default: the configuration in use)");
    command->callback(
        [file, &session] { check_config(file->empty() ? session.config_path : *file, session); });
    add_config_init(*config, session);
}

} // namespace fairlead::cli
