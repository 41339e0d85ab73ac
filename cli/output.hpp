/// What people name as the place of an output: a file, a device or a pipe.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string_view>
#include <sys/types.h>

namespace fairlead::cli {

/// As write_atomic, but what is no regular file (/dev/stdout, /dev/full, a FIFO) is written into
/// and never replaced; a pipe that nobody reads, or of another user, is refused. FL-X201.
Result<void> write_output(const std::filesystem::path& path, std::string_view content, mode_t mode);

} // namespace fairlead::cli
