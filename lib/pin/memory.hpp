/// The memory policy of a rank.
#pragma once

#include "base/error.hpp"
#include "pin/request.hpp"

#include <vector>

namespace fairlead::pin {

/// Sets it for the calling thread and what it starts, also after exec. `numa` are operating-system
/// numbers. Memory::Keep does nothing. FL-P207.
Result<void> set_memory_policy(Memory memory, const std::vector<int>& numa);

} // namespace fairlead::pin
