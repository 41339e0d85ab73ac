/// The folder that a staging has for its own files: root's, on shared storage.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string_view>

namespace fairlead::stage {

/// Replaces FOLDER/NAME whole, by way of NAME.new; what lies there of a program that was killed is
/// written over. With `lasting` a reboot sees the old or the new content too. FL-S123.
Result<void> replace_file(const std::filesystem::path& folder, std::string_view name,
                          std::string_view content, bool lasting);

/// fsync(2), again where a signal interrupts it. False with errno.
bool synced(int fd);

/// Syncs FOLDER/NAME.new and puts it in place of NAME. FL-S123.
Result<void> put_in_place(const std::filesystem::path& folder, std::string_view name, bool lasting);

} // namespace fairlead::stage
