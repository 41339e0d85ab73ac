/// Loads an object as Slurm would, in a child that may crash or hang, before Slurm is told of it.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fairlead::setup {

/// How much of its own version Slurm compares with that of a plugin (src/common/plugin.c, seen in
/// 22.05 and 26.05): X.Y for SPANK, X.Y.Z for all others.
enum class Fit : std::uint32_t { Release = 0xffff00, Version = 0xffffff };

/// "22.05.8", from the number that Slurm stamps its plugins with.
std::string show_version(std::uint32_t number);

/// Where Slurm finds a plugin: the first of the folders that has it. FL-P203 where none does.
Result<std::filesystem::path> find_plugin(const std::string& name,
                                          const std::vector<std::filesystem::path>& folders);

/// FL-P203 where a plugin does not load beside Slurm's own library, or is stamped for another Slurm
/// than the plugins that came with it.
Result<void> dry_load_plugin(const std::filesystem::path& object, Fit fit,
                             const std::vector<std::filesystem::path>& folders);

/// The same for an object that plugins of ours load, which has no stamp.
Result<void> dry_load(const std::filesystem::path& object,
                      const std::vector<std::filesystem::path>& folders);

} // namespace fairlead::setup
