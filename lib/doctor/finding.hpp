/// What a look at an installation found: one thing, how it is, and what mends it.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::doctor {

/// Unknown could not be asked; Advice works, but not as well as it could.
enum class Health { Good, Unknown, Advice, Problem };

struct Finding {
    std::string area; ///< "timeouts"
    Health health;
    std::string what;           ///< a sentence
    std::string fix{};          ///< what to do; empty where all is well
    std::optional<Code> code{}; ///< where it is one of ours
};

using Findings = std::vector<Finding>;

/// "ok", "unknown", "advice", "PROBLEM"
std::string_view to_string(Health health);

Finding good(std::string_view area, std::string what);

/// The sentence of an error, with what its code says to do where no fix is named.
Finding from_error(std::string_view area, Health health, const Error& error, std::string fix = {});

/// Whether one of them is a problem.
bool has_problem(const Findings& findings);

} // namespace fairlead::doctor
