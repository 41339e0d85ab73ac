/// What fairlead-stage-in tells the prolog that runs it: by its exit status, and on its standard
/// output the code and the sentence.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fairlead::prolog {

struct StageAnswer {
    enum class Kind { Ready, Refused, NodeFault };
    Kind kind;
    Error error{Code::S130, {}}; ///< where it is not ready
};

int status_of(const StageAnswer& answer);

/// "FL-S110 s3://lab/a.dat not found"; empty for Ready.
std::string text_of(const StageAnswer& answer);

/// Nothing for a status that is none of ours.
std::optional<StageAnswer> read_answer(int status, std::string_view text);

} // namespace fairlead::prolog
