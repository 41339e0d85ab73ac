/// What `fairlead enable --spank` does to plugstack.conf.d: one file of our own there, and no
/// other.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>

namespace fairlead::setup {

struct PlugstackEdit {
    std::filesystem::path file; ///< plugstack.conf.d/fairlead.conf
    std::string before;         ///< its text now; empty where it is not there
    std::string after;
    std::string missing_include; ///< the line that plugstack.conf lacks to read the file; or empty
};

/// FL-X106 where a line of the site names the plugin already, or names it `optional`; FL-X103 where
/// a file cannot be read. Switching off what was never on changes nothing.
Result<PlugstackEdit> plan_plugstack(const std::filesystem::path& plugstack, bool on);

/// Writes the file so that every step reads the old or the new one. FL-X201.
Result<void> apply(const PlugstackEdit& edit);

/// The file as it was before apply(). FL-X201.
Result<void> take_back(const PlugstackEdit& edit);

} // namespace fairlead::setup
