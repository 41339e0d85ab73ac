/// `fairlead pause`: one file in `state_dir` that takes Fairlead out of every job's way.
#pragma once

#include "base/error.hpp"

#include <filesystem>

namespace fairlead::state {

/// One stat, no open: slurmstepd and the prolog ask on every job that uses Fairlead.
bool paused(const std::filesystem::path& state_dir);

/// FL-X201.
Result<void> pause(const std::filesystem::path& state_dir);
Result<void> resume(const std::filesystem::path& state_dir);

} // namespace fairlead::state
