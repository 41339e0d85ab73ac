/// What each rule did with a job, for people: the decision itself tells only what came of all.
#pragma once

#include "policy/evaluate.hpp"

namespace fairlead::policy {

struct Effect {
    std::size_t rule; ///< its index
    bool known;       ///< false: what decides it is not in the update
    std::vector<Change> changes;
    std::vector<Error> refusals;
    std::vector<std::string> warnings;
    std::vector<Error> would_have;
};

/// In the order in which they fired; a rule that fired may have had nothing to do.
std::vector<Effect> trace(std::span<const Rule> rules, const JobRequest& request);

} // namespace fairlead::policy
