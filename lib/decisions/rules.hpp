/// What the rules of the site did with a job when it was submitted.
#pragma once

#include "decisions/decision.hpp"
#include "policy/rule_reader.hpp"

namespace fairlead::decisions {

/// The rules that its admin_comment names, with what they say by `present`, or that they say
/// something else since, or are gone.
Decisions by_rules(std::string_view admin_comment, const config::PolicySettings& settings,
                   const Result<policy::Rules>& present);

} // namespace fairlead::decisions
