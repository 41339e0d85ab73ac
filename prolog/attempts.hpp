/// How often a job was sent back for its placement: kept in its admin_comment, where people see it
/// and where it outlives a restart of slurmctld.
#pragma once

#include <string>
#include <string_view>

namespace fairlead::prolog {

inline constexpr int most_attempts = 3;

/// What the comment says; 0 where it says nothing, also after an admin overwrote it.
int attempts_in(std::string_view admin_comment);

/// The comment with our part replaced, or added after what others wrote:
/// "fairlead: attempt 2 of 3: nodes span 2 leaf network nodes (...) [FL-E220]".
std::string with_attempt(std::string_view admin_comment, int attempt, std::string_view sentence);

} // namespace fairlead::prolog
