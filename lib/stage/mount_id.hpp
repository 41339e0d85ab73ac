/// Which mount a file is on, so that a file system that fails is known even when its mount is gone.
#pragma once

#include <cstdint>

namespace fairlead::stage {

/// As in /proc/self/mountinfo.
using MountId = std::uint64_t;

inline constexpr MountId unknown_mount = 0; ///< a kernel before 5.8, or nobody asked
inline constexpr MountId no_mount = ~0ULL;  ///< none that could be seen to fail

/// The file system itself is not asked: it may be dead.
MountId mount_of(int fd);

} // namespace fairlead::stage
