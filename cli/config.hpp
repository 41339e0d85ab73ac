/// The check of a configuration, for the commands that go on only where it is fine.
#pragma once

#include "cli/commands.hpp"

#include <filesystem>

namespace fairlead::cli {

/// Whether the private file beside a configuration is fit; none is fine. FL-X108, FL-X103.
Result<void> check_beside(const std::filesystem::path& file);

void add_config_init(CLI::App& config, Session& session);

/// Prints what is found; the status of the session says whether the file is fine.
void check_config(const std::filesystem::path& file, Session& session);

} // namespace fairlead::cli
