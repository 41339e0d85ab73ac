/// A Slurm that AWS ParallelCluster set up: it owns Prolog and Epilog of slurm.conf, which run what
/// lies in prolog.d and epilog.d, and writes slurm.conf anew from CustomSlurmSettings of its own
/// configuration.
///
/// Source: aws-parallelcluster 451cc53 (validators/slurm_settings_validator.py: the keys it
/// refuses) and aws-parallelcluster-cookbook f75d84c (templates/default/slurm/slurm.conf.erb).
#pragma once

#include "base/error.hpp"
#include "setup/slurm_conf.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fairlead::setup {

/// Whether slurm_parallelcluster.conf lies beside slurm.conf.
bool made_by_parallelcluster(const std::filesystem::path& slurm_conf);

/// One program of ours among those of prolog.d or epilog.d.
struct ChainLink {
    std::filesystem::path link; ///< "/opt/slurm/etc/scripts/prolog.d/50_fairlead-prolog"
    std::filesystem::path target;
    bool there; ///< the link is there and is ours
};

/// Those of Prolog and Epilog. FL-X106 where slurm.conf names no pattern, or where something else
/// has the name.
Result<std::vector<ChainLink>> chain_links(const SlurmConf& conf);

/// Makes the links, or takes them away. FL-X201.
Result<void> switch_links(const std::vector<ChainLink>& links, bool on);

/// A plugin that all machines have must lie on the folder that ParallelCluster shares, that of
/// slurm.conf: where it is missing on a login node, sbatch fails there. FL-P203.
Result<void> check_shared(const std::filesystem::path& object,
                          const std::filesystem::path& slurm_conf);

/// Lines for the configuration of the cluster, indented as they stand there. Of what is to be taken
/// out the key is left, with a note.
std::vector<std::string> custom_settings(const std::vector<Change>& changes);

} // namespace fairlead::setup
