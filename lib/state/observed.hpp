/// How often an enforcement in observe mode would have acted, or one in force refused, by error
/// code.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace fairlead::state {

/// By id ("FL-E201"), so that the codes of a neighbouring release survive.
using Counts = std::map<std::string, std::uint64_t, std::less<>>;

/// What a file counts, as its key.
inline constexpr const char *would_have = "would_have", *refused = "refused";

/// Empty when nothing was counted yet. FL-X202, FL-X203.
Result<Counts> read_counts(const std::filesystem::path& file, const char* what = would_have);

/// Replaces the file. FL-X201.
Result<void> write_counts(const std::filesystem::path& file, const Counts& counts,
                          const char* what = would_have);

/// Adds to what the file holds, under a lock, for prologs that run at the same time. A damaged file
/// is begun anew: a count must not cost a job. FL-X201.
Result<void> add_counts(const std::filesystem::path& file, const Counts& more,
                        const char* what = would_have);

/// Adds one.
Result<void> count(const std::filesystem::path& file, Code code);

} // namespace fairlead::state
