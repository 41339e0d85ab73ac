/// `fairlead pause`: one file in `state_dir` that takes Fairlead out of every job's way.
#pragma once

#include "base/error.hpp"

#include <filesystem>

namespace fairlead::state {

/// One stat, no open: slurmstepd and the prolog ask on every job that uses Fairlead.
bool paused(const std::filesystem::path& state_dir);

/// FL-X201, also where `state_dir` does not exist: a folder made on an unmounted share would pause
/// this machine alone.
Result<void> pause(const std::filesystem::path& state_dir);
Result<void> resume(const std::filesystem::path& state_dir);

} // namespace fairlead::state
