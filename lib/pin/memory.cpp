#include "pin/memory.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/ranges.h>
#include <memory>
#include <numa.h>
#include <numaif.h>

namespace fairlead::pin {
namespace {

struct Free {
    void operator()(bitmask* mask) const { numa_bitmask_free(mask); }
};

int mode_of(Memory memory, std::size_t nodes) {
    constexpr int preferred_many = 5; // MPOL_PREFERRED_MANY of Linux 5.15, not in every numaif.h
    if (memory == Memory::Bind)
        return MPOL_BIND;
    if (memory == Memory::Interleave)
        return MPOL_INTERLEAVE;
    return nodes > 1 ? preferred_many : MPOL_PREFERRED;
}

} // namespace

Result<void> set_memory_policy(Memory memory, const std::vector<int>& numa) {
    if (memory == Memory::Keep)
        return {};
    const std::unique_ptr<bitmask, Free> nodes(numa_allocate_nodemask());
    for (const int node : numa)
        numa_bitmask_setbit(nodes.get(), static_cast<unsigned>(node));
    if (set_mempolicy(mode_of(memory, numa.size()), nodes->maskp, nodes->size + 1) == 0)
        return {};
    return fail(Code::P207, "mem:{} on NUMA node {} is refused: {}", to_string(memory),
                fmt::join(numa, ","), std::strerror(errno));
}

} // namespace fairlead::pin
