/// What slurmctld's plugin decides from, as the files say it now.
#pragma once

#include "cli/commands.hpp"
#include "policy/admit.hpp"

#include <filesystem>
#include <span>

namespace fairlead::cli {

Result<policy::Snapshot> snapshot_of(const Session& session);

/// The rules of these files alone, enforced for everybody, as if nothing else were configured.
Result<policy::Snapshot> snapshot_of(std::span<const std::filesystem::path> rules);

/// Slurm's release that this command is built for, as submit::Call wants it.
std::uint32_t slurm_release();

} // namespace fairlead::cli
