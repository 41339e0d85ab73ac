#include "base/files.hpp"
#include "catalog/catalog.hpp"
#include "cli/config.hpp"
#include "cli/doctor_look.hpp"
#include "cli/enable.hpp"
#include "config/paths.hpp"
#include "doctor/conf_findings.hpp"
#include "doctor/plugstack_findings.hpp"
#include "policy/findings.hpp"
#include "policy/rule_reader.hpp"
#include "setup/dry_load.hpp"
#include "setup/plugstack.hpp"
#include "stage/orders.hpp"
#include "stage/permit.hpp"
#include "state/brake.hpp"
#include "state/pause.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/ranges.h>
#include <unistd.h>

namespace fairlead::cli {
namespace fs = std::filesystem;
namespace {

using doctor::Findings;
using doctor::good;
using doctor::Health;

/// Notes an error of one of the site's files.
template <class Value>
bool reads(Site& site, const Result<Value>& result) {
    if (!result)
        site.findings.push_back(doctor::from_error("config", Health::Problem, result.error()));
    return result.has_value();
}

/// Whether rules are there that act.
bool read_rules(Site& site) {
    const auto rules = policy::load_rules(site.file);
    if (!reads(site, rules))
        return false;
    for (const Error& error : policy::findings_of(*rules))
        site.findings.push_back(doctor::from_error("config", Health::Problem, error));
    return !rules->empty() && site.config.policy.mode == config::Mode::Enforce;
}

/// Whether the site stages. What root alone may read says nothing to others.
bool read_private(Site& site) {
    const bool profiles = !site.config.staging.profiles.empty();
    reads(site, stage::check_profiles(site.config.staging));
    const auto fit = check_beside(site.file);
    if (!fit && fit.error().code == Code::X103 && ::geteuid() != 0) {
        site.findings.push_back(doctor::from_error("config", Health::Unknown, fit.error(),
                                                   "run this as root, or as the file's owner"));
        return profiles;
    }
    if (!reads(site, fit))
        return profiles;
    const auto permit = stage::load_permit(site.file);
    if (!reads(site, permit))
        return profiles;
    reads(site, stage::check_regions(*permit, site.config.region));
    return !permit->buckets.empty() || profiles;
}

void read_parts(Site& site) {
    auto cost = cost::load_settings(site.file);
    if (reads(site, cost))
        site.cost = std::move(*cost);
    const bool rules = read_rules(site);
    const bool budgets = site.cost && site.cost->mode == config::Mode::Enforce;
    const bool stages = read_private(site);
    reads(site, catalog::Catalog::load(config::catalog_path, site.config.catalog));
    site.needs = doctor::needs_of(site.config, rules || budgets, stages);
}

void read_slurm(Site& site) {
    auto slurm = setup::read_slurm_conf(site.slurm_conf);
    if (slurm) {
        site.slurm = std::move(*slurm);
        return;
    }
    site.findings.push_back(doctor::from_error(
        "slurm.conf", Health::Problem, slurm.error(),
        "name it with --slurm-conf; where Slurm is configless, /run/slurm/conf/slurm.conf"));
}

/// "n1, n2", or the first of many.
std::string listed(const std::vector<std::string>& nodes) {
    constexpr std::size_t most = 5;
    if (nodes.empty())
        return "none";
    std::string list = fmt::format(
        "{}",
        fmt::join(nodes.begin(),
                  nodes.begin() + static_cast<std::ptrdiff_t>(std::min(most, nodes.size())), ", "));
    return nodes.size() > most ? fmt::format("{} and {} more", list, nodes.size() - most) : list;
}

/// Checks that would drain more than they may.
Findings look_at_brake(const fs::path& state_dir) {
    Findings findings;
    for (const state::Braked& held : state::braked(state_dir, std::time(nullptr)))
        findings.push_back(
            {"state", Health::Problem,
             fmt::format("the brake keeps nodes of {} in service: {} drained {} within the hour, "
                         "and may not drain {}",
                         held.partition, held.code, listed(held.drained), listed(held.withheld)),
             fmt::format("fairlead explain {}, and fairlead node check on one of them; then drain "
                         "them by hand, or correct what the check expects",
                         held.code)});
    return findings;
}

void add(Findings& findings, const Result<void>& result, Health if_not, std::string well) {
    findings.push_back(result ? good("versions", std::move(well))
                              : doctor::from_error("versions", if_not, result.error(),
                                                   "install the Fairlead that is built for the "
                                                   "Slurm of this machine"));
}

} // namespace

Site read_site(const Session& session, const fs::path& slurm_conf) {
    Site site{.file = session.config_path, .slurm_conf = slurm_conf};
    auto config = trusted_config(session);
    std::error_code error;
    if (reads(site, config)) {
        site.config = std::move(*config);
        if (fs::exists(site.file, error))
            read_parts(site);
        else
            site.findings.push_back(doctor::from_error(
                "config", Health::Advice,
                {Code::X101, fmt::format("{} does not exist: all is as shipped, and only observed",
                                         site.file.native())},
                "fairlead config init"));
    }
    if (site.findings.empty())
        site.findings.push_back(good("config", fmt::format("{} is fine", site.file.native())));
    read_slurm(site);
    return site;
}

Findings look_at_objects(const Site& site) {
    if (!site.slurm)
        return {};
    const auto plugstack =
        doctor::look_at_plugstack(setup::plugstack_path(*site.slurm, site.slurm_conf));
    Findings findings;
    add(findings, check_parts({.spank = true}, *site.slurm),
        plugstack.named ? Health::Problem : Health::Advice,
        "spank_fairlead.so and its parts load into the Slurm that is installed");
    if (setup::has(setup::list_of(*site.slurm, "jobsubmitplugins"), "fairlead"))
        add(findings, check_parts({.jobsubmit = true}, *site.slurm), Health::Problem,
            "job_submit_fairlead.so loads into the Slurm that is installed");
    findings.insert(findings.end(), plugstack.findings.begin(), plugstack.findings.end());
    return findings;
}

Findings look_at_state(const Site& site) {
    const fs::path& dir = site.config.state_dir;
    std::error_code error;
    if (!fs::is_directory(dir, error))
        return {{"state", Health::Problem,
                 fmt::format("state_dir {} is not there: nothing outlives a node, and nothing can "
                             "be paused",
                             dir.native()),
                 fmt::format("mount what all machines share, then mkdir -p {}", dir.native())}};
    if (auto trusted = check_trusted(dir); !trusted)
        return {doctor::from_error("state", Health::Problem, trusted.error())};
    Findings findings = look_at_brake(dir);
    if (state::paused(dir))
        findings.push_back({"state", Health::Advice,
                            "paused: every job passes, and nothing is pinned", "fairlead resume"});
    if (findings.empty())
        findings.push_back(good("state", fmt::format("state_dir {}", dir.native())));
    return findings;
}

} // namespace fairlead::cli
