/// Leaves root's rights for a user's, for good.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <span>

namespace fairlead::stage {

/// For a process with one thread: groups, ids, no capability, no way to new privileges, not to be
/// traced by the user, and killed with the one that started it. FL-S111 where the kernel refuses.
Result<void> become_user(std::uint32_t uid, std::uint32_t gid,
                         std::span<const std::uint32_t> groups);

} // namespace fairlead::stage
