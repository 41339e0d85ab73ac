/// What a pinned rank hands on to the steps that it starts itself.
#pragma once

#include "spank/abi.hpp"

namespace fairlead::spank {

/// A rank's interfaces and number of threads are no wish of the user's for a step inside it, such
/// as one that is typed in the shell of `srun --pty --efa-pin bash`. Values that were changed since
/// stay.
void drop_inherited(spank_t spank);

} // namespace fairlead::spank
