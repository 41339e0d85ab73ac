/// Takes this node out of service with a reason of ours.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>

namespace fairlead::prolog {

/// Runs scontrol with a deadline. A reason that somebody else wrote is never replaced.
Result<void> drain(const std::filesystem::path& scontrol, const std::string& node,
                   const std::string& reason);

} // namespace fairlead::prolog
