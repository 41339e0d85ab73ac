/// Loads the planning part, which alone links hwloc and yaml-cpp, when a step needs it.
#pragma once

#include "base/error.hpp"
#include "spank/core_abi.h"

#include <string>

namespace fairlead::spank {

/// FL-P203 when the file is missing, not root's own, or of another release. Loaded once and kept.
Result<const fairlead_core_functions*> load_core(const std::string& path);

} // namespace fairlead::spank
