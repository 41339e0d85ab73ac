/// Whether a step belongs to a job whose script stages data in, or may, because it cannot be read.
/// Of the batch step its script says so; the steps that the script starts hear of it in their
/// environment. Without the C++ library.
#pragma once

#include "spank/abi.hpp"

namespace fairlead::spank {

/// Of the batch step, which tells the steps that its script starts.
bool script_stages_in(spank_t spank);

} // namespace fairlead::spank
