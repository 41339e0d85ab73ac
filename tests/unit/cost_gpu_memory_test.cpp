#include "cost/gpu_memory.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_gpu_memory_test {

TEST(GpuMemory, IsReadAsEachReleaseWritesIt) {
    EXPECT_EQ(gpu_memory_in("gres:gpu:4096"), 4096u);
    EXPECT_EQ(gpu_memory_in("gres/gpu:4096"), 4096u);
    EXPECT_EQ(gpu_memory_in("gres/gpu=4096"), 4096u);
}

TEST(GpuMemory, OfSeveralIsTheLargest) {
    EXPECT_EQ(gpu_memory_in("gres:gpu:h100:10,gres:gpu:a100:30;gres:gpu:20"), 30u);
    EXPECT_EQ(gpu_memory_in("gres:shard:50,gres:gpu:20"), 20u);
}

TEST(GpuMemory, ThatCannotBeReadIsNone) {
    for (const char* text : {"", "gpu", "gres:gpu", "gres:gpu:", "gres:gpu:x", "gres:gpu:4x",
                             "gres:gpu:99999999999999999999", "gres:shard:7", ",;,"})
        EXPECT_EQ(gpu_memory_in(text), std::nullopt) << text;
}

} // namespace cost_gpu_memory_test
} // namespace fairlead::cost
