/// What is wrong with rules that can be read: rules never reached, conditions that never hold,
/// costly patterns, messages with unknown placeholders.
#pragma once

#include "policy/rule.hpp"

#include <span>
#include <vector>

namespace fairlead::policy {

/// FL-A211, A212, A213, A214; each message begins with "file:line:column: rule NAME".
std::vector<Error> findings_of(std::span<const Rule> rules);

} // namespace fairlead::policy
