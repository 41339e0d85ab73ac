#include "pin/memory.hpp"

#include <algorithm>
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

/// Sets the nodes' bits. False where there is none, or one past the mask, which libnuma would drop
/// without a word: for the kernel a preference for no node is one for local memory.
bool set_nodes(bitmask* mask, const std::vector<int>& numa) {
    for (const int node : numa)
        numa_bitmask_setbit(mask, static_cast<unsigned>(node));
    return !numa.empty() && std::ranges::all_of(numa, [mask](int node) {
        return numa_bitmask_isbitset(mask, static_cast<unsigned>(node)) != 0;
    });
}

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
    errno = EINVAL;
    if (set_nodes(nodes.get(), numa) &&
        set_mempolicy(mode_of(memory, numa.size()), nodes->maskp, nodes->size + 1) == 0)
        return {};
    return fail(Code::P207, "mem:{} on NUMA node {} is refused: {}", to_string(memory),
                fmt::join(numa, ","), std::strerror(errno));
}

} // namespace fairlead::pin
