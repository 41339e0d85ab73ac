/// Asks Slurm's own commands, with a deadline and without a shell.
#pragma once

#include "base/error.hpp"
#include "placement/slurm_cluster.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fairlead::placement {

/// All nodes and partitions. FL-X211 where scontrol does not answer, FL-X209 as parse_cluster().
Result<Cluster> ask_cluster(const std::filesystem::path& scontrol);

/// FL-X211.
Result<SlurmSettings> ask_settings(const std::filesystem::path& scontrol);

/// Running jobs of each node, from the squeue beside scontrol. FL-X211.
Result<std::map<std::string, std::vector<std::string>, std::less<>>>
ask_jobs(const std::filesystem::path& scontrol);

/// Makes slurmctld read its files anew. FL-X211.
Result<void> reconfigure(const std::filesystem::path& scontrol);

} // namespace fairlead::placement
