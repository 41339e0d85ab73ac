/// Whom the rules name, so that they can be looked up before their first job.
#pragma once

#include "policy/admit.hpp"

#include <string>
#include <vector>

namespace fairlead::policy {

/// Users that are exempt or that a rule names in full.
std::vector<std::string> callers_of(const Snapshot& snapshot);

} // namespace fairlead::policy
