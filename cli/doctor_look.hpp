/// The looks of `fairlead doctor`: each asks one part of the world and says how it is.
#pragma once

#include "cli/commands.hpp"
#include "cost/settings.hpp"
#include "doctor/finding.hpp"
#include "doctor/needs.hpp"
#include "setup/slurm_conf.hpp"
#include "setup/slurm_nodes.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace fairlead::cli {

/// What the files of the site say, as far as they can be read.
struct Site {
    config::Config config{};
    std::filesystem::path file; ///< of the configuration
    std::optional<cost::Settings> cost{};
    doctor::Needs needs{};
    std::optional<setup::SlurmConf> slurm{};
    std::filesystem::path slurm_conf;
    doctor::Findings findings{}; ///< what is wrong with them
};

/// The configuration with its rules, private file and catalog; slurm.conf.
Site read_site(const Session& session, const std::filesystem::path& slurm_conf);

/// Whether the objects that are in use load into the Slurm that is installed here.
doctor::Findings look_at_objects(const Site& site);

/// state_dir, and whether Fairlead is paused.
doctor::Findings look_at_state(const Site& site);

/// Results that wait for their export; nothing where the site does not stage.
doctor::Findings look_at_results(const Site& site);

/// What slurmctld says of the nodes.
doctor::Findings look_at_nodes(const Site& site);

doctor::Findings look_at_slurmdbd(const Site& site);

/// Credentials and what they permit, asked with DryRun.
doctor::Findings look_at_aws(const Site& site);

/// Nothing where the site has no price book.
doctor::Findings look_at_prices(const Site& site);

} // namespace fairlead::cli
