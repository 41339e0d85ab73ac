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

/// What runs one program of ours among those of prolog.d or epilog.d. The folder is shared and the
/// program is each node's own, so it is a script that does nothing where that is missing: a prolog
/// that fails would drain the node, and ParallelCluster replaces drained nodes.
struct ChainScript {
    std::filesystem::path file; ///< "/opt/slurm/etc/scripts/prolog.d/50_fairlead-prolog"
    std::string text;
    std::string before; ///< what is there now, and ours; empty for nothing
};

/// Those of Prolog and Epilog. FL-X106 where slurm.conf names no pattern, or where something else
/// has the name.
Result<std::vector<ChainScript>> chain_scripts(const SlurmConf& conf);

/// Writes the scripts, or takes them away; all of them or, where one cannot be, none. FL-X201.
Result<void> switch_scripts(const std::vector<ChainScript>& scripts, bool on);

/// A plugin that all machines have must lie on the folder that ParallelCluster shares, that of
/// slurm.conf: where it is missing on a login node, sbatch fails there. FL-P203.
Result<void> check_shared(const std::filesystem::path& object,
                          const std::filesystem::path& slurm_conf);

/// Lines for the configuration of the cluster, indented as they stand there. Of what is to be taken
/// out the key is left, with a note.
std::vector<std::string> custom_settings(const std::vector<Change>& changes);

} // namespace fairlead::setup
