#pragma once

#include <cstdint>

/// Releases of Slurm as its headers number them: the year's last two digits and the month, each a
/// byte. Options name the first of 24.11 and 26.05 that has them; earlier ones were not looked at.
namespace fairlead::submit {

inline constexpr std::uint32_t in_24_11 = 0x180b;
inline constexpr std::uint32_t in_26_05 = 0x1a05;

} // namespace fairlead::submit
