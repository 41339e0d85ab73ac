#include "pin/memory.hpp"

#include "expect_error.hpp"

#include <array>
#include <functional>
#include <future>
#include <gtest/gtest.h>
#include <numaif.h>

namespace fairlead::pin {
namespace pin_memory_test {

using test::fails_with;
using test::succeeds;

struct Kernel {
    int mode = -1;
    std::array<unsigned long, 64> nodes{};

    bool operator==(const Kernel&) const = default;
};

/// What the kernel holds for the calling thread.
Kernel kernel() {
    Kernel now;
    EXPECT_EQ(::get_mempolicy(&now.mode, now.nodes.data(), 8 * sizeof now.nodes, nullptr, 0), 0);
    return now;
}

Kernel of_nodes(int mode, unsigned long nodes) {
    Kernel expected{.mode = mode};
    expected.nodes[0] = nodes;
    return expected;
}

/// A policy is a thread's own, so a thread that ends leaves nothing behind.
void in_a_thread(const std::function<void()>& check) {
    std::async(std::launch::async, check).get();
}

bool kernel_has_policies() {
    int mode = 0;
    return ::get_mempolicy(&mode, nullptr, 0, nullptr, 0) == 0;
}

class MemoryPolicy : public testing::Test {
  protected:
    void SetUp() override {
        if (!kernel_has_policies())
            GTEST_SKIP() << "this kernel, or its seccomp filter, has no memory policies";
    }
};

TEST_F(MemoryPolicy, BindsToANode) {
    in_a_thread([] {
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Bind, {0})));
        EXPECT_EQ(kernel(), of_nodes(MPOL_BIND, 1));
    });
}

TEST_F(MemoryPolicy, PrefersANode) {
    in_a_thread([] {
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Prefer, {0})));
        EXPECT_EQ(kernel(), of_nodes(MPOL_PREFERRED, 1));
    });
}

TEST_F(MemoryPolicy, InterleavesOverNodes) {
    in_a_thread([] {
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Interleave, {0})));
        EXPECT_EQ(kernel(), of_nodes(MPOL_INTERLEAVE, 1));
    });
}

TEST_F(MemoryPolicy, KeepLeavesWhatThereIs) {
    in_a_thread([] {
        const Kernel before = kernel();
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Keep, {0})));
        EXPECT_EQ(kernel(), before);
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Keep, {4711})));
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Keep, {})));
        EXPECT_EQ(kernel(), before);
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Bind, {0})));
        EXPECT_TRUE(succeeds(set_memory_policy(Memory::Keep, {0})));
        EXPECT_EQ(kernel(), of_nodes(MPOL_BIND, 1));
    });
}

TEST_F(MemoryPolicy, IsTheCallingThreadsAlone) {
    const Kernel before = kernel();
    in_a_thread([] { EXPECT_TRUE(succeeds(set_memory_policy(Memory::Bind, {0}))); });
    EXPECT_EQ(kernel(), before);
}

// libnuma drops a number past its mask without a word, and the kernel takes a preference for no
// node for a wish for local memory.
TEST_F(MemoryPolicy, ANodeThatDoesNotExistIsRefusedAndNamed) {
    in_a_thread([] {
        const Kernel before = kernel();
        for (const Memory memory : {Memory::Bind, Memory::Prefer, Memory::Interleave})
            for (const int node : {63, 1023, 65535, 1 << 30, -1}) {
                EXPECT_TRUE(fails_with(
                    set_memory_policy(memory, {node}), Code::P207,
                    fmt::format("mem:{} on NUMA node {} is refused", to_string(memory), node)));
                EXPECT_EQ(kernel(), before) << to_string(memory) << " " << node;
            }
    });
}

TEST_F(MemoryPolicy, OneNodeThatDoesNotExistIsNotDropped) {
    in_a_thread([] {
        for (const Memory memory : {Memory::Bind, Memory::Prefer, Memory::Interleave})
            EXPECT_TRUE(fails_with(set_memory_policy(memory, {0, 65535}), Code::P207, "0,65535"));
    });
}

TEST_F(MemoryPolicy, NoNodeAtAllIsRefused) {
    in_a_thread([] {
        for (const Memory memory : {Memory::Bind, Memory::Prefer, Memory::Interleave})
            EXPECT_TRUE(fails_with(set_memory_policy(memory, {}), Code::P207));
    });
}

} // namespace pin_memory_test
} // namespace fairlead::pin
