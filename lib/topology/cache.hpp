/// The topology of this machine: recorded once per boot, discovered where nothing is recorded.
#pragma once

#include "config/config.hpp"
#include "topology/load.hpp"

#include <filesystem>

namespace fairlead::topology {

/// `run`/topology.xml, written by `fairlead node scan`.
std::filesystem::path cache_file(const std::filesystem::path& run);

/// Discovers and records this machine's topology. FL-P204, FL-X201.
Result<void> record(const std::filesystem::path& run);

/// A test's recorded topology, else the cache when only root could have written it, else a live
/// discovery. FL-P204.
Result<Machine> this_machine(const config::Config& config, const std::filesystem::path& run);

} // namespace fairlead::topology
