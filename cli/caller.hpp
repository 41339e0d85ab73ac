/// Who a decision is asked for: a user of this machine and their Unix groups.
#pragma once

#include "base/error.hpp"

#include <string>
#include <vector>

namespace fairlead::cli {

struct Caller {
    std::string user;
    std::vector<std::string> groups; ///< the primary group first
};

/// Of whoever runs the command where the name is empty. FL-A222 for an unknown name.
Result<Caller> caller_of(const std::string& name);

} // namespace fairlead::cli
