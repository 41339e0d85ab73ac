/// Whether plugstack.conf loads the SPANK plugin: once, required, and switched on.
#pragma once

#include "doctor/finding.hpp"

#include <filesystem>

namespace fairlead::doctor {

struct PlugstackLook {
    Findings findings;
    bool named; ///< a line names the plugin, so that Slurm needs its object
};

/// Reads `plugstack` and the files of plugstack.conf.d beside it. Other files that it includes are
/// not looked at.
PlugstackLook look_at_plugstack(const std::filesystem::path& plugstack);

} // namespace fairlead::doctor
