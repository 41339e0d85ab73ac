/// The memory that a job asks for with each of its GPUs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairlead::cost {

/// MiB of what --mem-per-gpu becomes: "gres:gpu:4096" (22.05), "gres/gpu:4096" later. Of several
/// the largest; nothing where none can be read.
std::optional<std::uint64_t> gpu_memory_in(std::string_view mem_per_tres);

} // namespace fairlead::cost
