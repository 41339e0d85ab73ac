/// Whether slurm.conf and the settings have what staging needs.
#pragma once

#include "config/staging.hpp"
#include "stage/request.hpp"

#include <string_view>
#include <vector>

namespace fairlead::stage {

/// What is wrong, from what `scontrol show config` prints: FL-S104 for PrologFlags without Alloc
/// and DeferBatch, and for a prolog that slurmd would kill before staging has ended.
std::vector<Error> findings_of(std::string_view slurm_config, const config::Staging& staging);

/// FL-X106 where `stall` is shorter than file systems may take over one call: while a large file is
/// synced nothing of it goes on. For people who check a configuration; jobs are staged all the
/// same.
Result<void> check_stall(const config::Staging& staging);

} // namespace fairlead::stage
