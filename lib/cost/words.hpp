/// What job_submit writes into a job's admin_comment and the accountant reads again. A hint: admins
/// overwrite it, and every task of an array carries a copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairlead::cost {

inline constexpr std::string_view hold_word = "fairlead-hold";
inline constexpr std::string_view cost_word = "fairlead-cost"; ///< where no budget holds anything
inline constexpr std::string_view stopped_word = "fairlead-stopped";

/// Of "...;fairlead-hold=00c0ffee00c0ffee,at-most=1.2USD".
std::optional<std::uint64_t> hold_in(std::string_view admin_comment);

/// Whether the job was stopped for its budget when it was submitted: "fairlead-stopped=job held,
/// not lost: needs up to $20.00, bio has $10.00 until 1 Dec. [FL-C201]".
bool stopped_in(std::string_view admin_comment);

} // namespace fairlead::cost
