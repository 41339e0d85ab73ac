/// How often an enforcement in observe mode would have acted, by error code.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <map>

namespace fairlead::state {

using Counts = std::map<Code, std::uint64_t>;

/// Empty when nothing was counted yet. FL-X202, FL-X203.
Result<Counts> read_counts(const std::filesystem::path& file);

/// Replaces the file. FL-X201.
Result<void> write_counts(const std::filesystem::path& file, const Counts& counts);

/// Adds one under a lock, for prologs that run at the same time. FL-X201.
Result<void> count(const std::filesystem::path& file, Code code);

} // namespace fairlead::state
