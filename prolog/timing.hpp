/// How a prolog's deadline (node_checks.deadline) is shared out.
#pragma once

#include <chrono>

namespace fairlead::prolog {

using namespace std::chrono_literals;

inline constexpr std::chrono::milliseconds topology_time = 5s;
inline constexpr std::chrono::milliseconds scan_time = 8s;
inline constexpr std::chrono::milliseconds placement_time = 15s; ///< asking EC2 and slurmctld
inline constexpr std::chrono::milliseconds storage_time = 1s;    ///< one question to state_dir
inline constexpr std::chrono::milliseconds scontrol_time = 2s;   ///< one call
/// What must be left for acting on a finding: three calls of scontrol would fill it.
inline constexpr std::chrono::milliseconds acting_time = 4s;
/// Beyond staging.deadline: for the first word of the first node and for telling slurmctld.
inline constexpr std::chrono::seconds stage_margin = 30s;

} // namespace fairlead::prolog
