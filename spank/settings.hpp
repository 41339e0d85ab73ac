/// The words behind the plugin in plugstack.conf.
#pragma once

#include "base/error.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace fairlead::spank {

struct Settings {
    const char* config_path = nullptr; ///< kept by Slurm; null for the default
    const char* core_path;             ///< likewise, or where the planning part is installed
    bool off;                          ///< options are taken, and a step is left as it is
    std::string pin;                   ///< for steps that say nothing; empty for none
    std::map<std::string, std::string, std::less<>> partitions; ///< the same for single partitions
};

const Settings& settings();

/// Reads `config=PATH`, `core=PATH`, `step=PATH`, `off`, `pin=ARGS` and `pin.PARTITION=ARGS`.
/// FL-X105 for an unknown word, because a misspelt one would silently do nothing.
Result<void> read_settings(int argc, char** argv);

/// What the site says for steps of this partition that say nothing; empty for nothing.
const std::string& pin_default(std::string_view partition);

} // namespace fairlead::spank
