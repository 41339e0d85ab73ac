/// The version of Slurm that this object says it is for.
#pragma once

#include <cstdint>

extern "C" {
/// slurmctld compares all of X.Y.Z with its own version and does not start where they differ.
__attribute__((visibility("default"))) extern std::uint32_t plugin_version;
}

namespace fairlead::jobsubmit {

/// Of the headers that it was built with.
extern const std::uint32_t built_for;

} // namespace fairlead::jobsubmit
