/// The check of a configuration, for the commands that go on only where it is fine.
#pragma once

#include "cli/commands.hpp"

#include <filesystem>

namespace fairlead::cli {

/// Prints what is found; the status of the session says whether the file is fine.
void check_config(const std::filesystem::path& file, Session& session);

} // namespace fairlead::cli
