/// Files that must be whole at every instant, and files that root may believe.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace fairlead {

inline constexpr std::size_t largest_file = 4 * 1024 * 1024;

/// The whole content of a regular file. FL-X101 when it is missing, FL-X103 when it cannot be read
/// or is larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = largest_file);

/// Replaces `path` so that a reader, or a reboot, sees the old or the new content and nothing else:
/// temporary file beside it, fsync, rename, fsync of the folder. FL-X201 on failure.
Result<void> write_atomic(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// Creates `path` and what is missing above it with `mode`. FL-X201 on failure.
Result<void> make_folders(const std::filesystem::path& path, mode_t mode);

/// Removes a file; a missing one is fine. FL-X201 on failure.
Result<void> remove_file(const std::filesystem::path& path);

/// Checks that `path` is absolute and that it and every folder above it belong to root and are
/// writable by root alone (a folder with the sticky bit may be writable by others, as /tmp is).
/// Both the path as named and the one behind its symbolic links must pass. FL-X110 when not.
Result<void> check_trusted(const std::filesystem::path& path);

} // namespace fairlead
