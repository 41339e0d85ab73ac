/// Records for steps what they need of the configuration.
#pragma once

#include "base/error.hpp"

#include <filesystem>

namespace fairlead::config {

/// Writes what recorded() reads, from one reading of the file; `path` as for load_for_node(), whose
/// errors it has as well. Where the default file does not exist, and for a test's topology, which a
/// record would hide, nothing stays recorded. FL-X201.
Result<void> record(const std::filesystem::path& run, const char* path);

} // namespace fairlead::config
