/// What a job asks for, as the controller sees it: values, no pointers, nothing unset but empty.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairlead::policy {

struct JobRequest {
    std::optional<std::string> partition;  ///< comma list as the user gave it
    std::optional<std::string> features;   ///< --constraint
    std::optional<std::string> efa_option; ///< value of --efa; empty text for the bare option
};

/// What admission changes. Fields that are empty stay as they are.
struct JobPatch {
    std::optional<std::string> features;
    std::optional<std::string> record; ///< the admitted record
};

} // namespace fairlead::policy
