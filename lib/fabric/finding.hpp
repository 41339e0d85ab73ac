/// What one check of a node found.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>

namespace fairlead::fabric {

/// Unknown is not broken: a node whose metadata service or library does not answer keeps running
/// jobs.
enum class State { Ok, Failed, Unknown };

/// Whose demand a check serves: a job without EFA may still demand a placement.
enum class Subject { Efa, Placement };

struct Finding {
    std::string check;    ///< "EFA interfaces"
    std::string found;    ///< empty where unknown
    std::string expected; ///< empty where nothing is demanded
    State state = State::Ok;
    std::optional<Error> error{}; ///< set where it failed
    Subject subject = Subject::Efa;
};

} // namespace fairlead::fabric
