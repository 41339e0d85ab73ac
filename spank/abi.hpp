/// Slurm's plugin interface, included the one way that works from C++, and the version it is built
/// for.
#pragma once

#include <cstdint>

// spank.h declares the hooks outside its own extern "C" block.
extern "C" {
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>
#include <slurm/spank.h>
}

namespace fairlead::spank {

inline constexpr unsigned int built_for = SLURM_VERSION_NUMBER;

/// Failures are -1: callers up to 24.11 test for below zero, and ESPANK_ERROR is positive.
inline constexpr int failed = -1;

/// Steps from here on are the batch script, the extern step and interactive steps (slurm.h:
/// SLURM_INTERACTIVE_STEP 0xfffffffa, SLURM_BATCH_SCRIPT 0xfffffffb, SLURM_EXTERN_CONT 0xfffffffc).
inline constexpr std::uint32_t first_special_step = 0xffff'fffau;
inline constexpr std::uint32_t batch_step = 0xffff'fffbu;
inline constexpr std::uint32_t extern_step = 0xffff'fffcu;

} // namespace fairlead::spank
