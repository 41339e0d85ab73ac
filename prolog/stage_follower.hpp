/// The job's other nodes: they wait for what the first one says.
#pragma once

#include "config/config.hpp"
#include "prolog/stage_answer.hpp"
#include "stage/places.hpp"

#include <chrono>

namespace fairlead::prolog {

/// How patient a follower is. A test has less time.
struct Patience {
    std::chrono::milliseconds shortest{500}, longest{5000}; ///< between two looks
    std::chrono::seconds first_word{120}; ///< until the first node says anything at all
    std::chrono::seconds silence{90};     ///< of a first node that has said something
};

/// Looks at one small file, ever more rarely and never at the same moment as others, until it says
/// that the data is complete or will not be. A first node that falls silent is given up (FL-S119).
StageAnswer await_leader(const std::filesystem::path& state_dir, const stage::JobRun& run,
                         std::chrono::seconds deadline, const Patience& patience = {});

} // namespace fairlead::prolog
