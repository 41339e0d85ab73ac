/// The second configuration file, for what no user may read: budgets, bucket maps, credentials.
/// User-side code (srun, sbatch, slurmstepd as the user) never opens it.
#pragma once

#include "base/error.hpp"

#include <filesystem>

namespace fairlead::config {

inline constexpr const char* private_name = "private.yaml";

/// Checks owner, mode and schema (`schema: fairlead.private/1`). FL-X108 where others than its
/// owner could read or write it; FL-X101 where there is none.
Result<void> check_private(const std::filesystem::path& path);

} // namespace fairlead::config
