/// Loads the planning part when a step needs it.
#pragma once

#include "base/error.hpp"
#include "spank/core_abi.h"

#include <string>
#include <string_view>

namespace fairlead::spank {

/// FL-P203 when the file is missing, not root's own, or of another release. Loaded once and kept.
Result<const fairlead_core_functions*> load_core(const std::string& path);

/// Beside the whole part, the one that plans from records alone.
std::string recorded_path(std::string_view core_path);

} // namespace fairlead::spank
