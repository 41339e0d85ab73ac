/// How long the texts of a job may be to be read while slurmctld waits.
#pragma once

#include "policy/job_request.hpp"
#include "submit/draft.hpp"

#include <optional>
#include <string_view>

namespace fairlead::submit {

/// Most bytes of an array's indexes and of a list of resources, as slurmctld takes them (22.05 to
/// 26.05).
inline constexpr std::size_t longest_array = 4096, longest_resources = 1024;

/// The first text of a job that is longer than slurmctld takes it or, where it takes any, than 64
/// KiB. slurmctld looks at the lengths behind its plugins.
std::optional<policy::TooLong> too_long(const policy::JobRequest& job);

/// The same of one text: `name` where it is longer than `most`.
std::optional<policy::TooLong> too_long(std::string_view name, std::string_view text,
                                        std::size_t most);

/// The same of lists of resources.
std::optional<policy::TooLong> too_long(const TresLists& lists);

} // namespace fairlead::submit
