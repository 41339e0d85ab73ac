#include "cost/names.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace {

TEST(Names, AreInSmallLettersOfAsciiAlone) {
    EXPECT_EQ(in_small_letters("Bio-GPU_2"), "bio-gpu_2");
    EXPECT_EQ(in_small_letters("@[`{"), "@[`{") << "the neighbours of A and Z";
    EXPECT_EQ(in_small_letters("\xc3\x84"), "\xc3\x84");
    EXPECT_EQ(in_small_letters(""), "");
}

} // namespace
} // namespace fairlead::cost
