/// Which boot of the kernel this is.
#pragma once

#include <string>

namespace fairlead {

/// The kernel's random id of this boot; empty where /proc does not say.
std::string boot_id();

} // namespace fairlead
