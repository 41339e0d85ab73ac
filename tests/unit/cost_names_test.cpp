#include "cost/names.hpp"

#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_names_test {

TEST(Names, AreInSmallLettersOfAsciiAlone) {
    EXPECT_EQ(in_small_letters("Bio-GPU_2"), "bio-gpu_2");
    EXPECT_EQ(in_small_letters("@[`{"), "@[`{") << "the neighbours of A and Z";
    EXPECT_EQ(in_small_letters("\xc3\x84"), "\xc3\x84");
    EXPECT_EQ(in_small_letters(""), "");
}

TEST(Names, AreShownWithoutWhatMovesATerminal) {
    EXPECT_EQ(without_controls("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x8c\x8d"),
              "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x8c\x8d");
    EXPECT_EQ(without_controls("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
    EXPECT_EQ(without_controls("\xc2\x9b"
                               "2J"),
              "?2J")
        << "a control character in two bytes";
    EXPECT_EQ(without_controls("\x9b"
                               "2J\xc3"),
              "?2J?");
}

} // namespace cost_names_test
} // namespace fairlead::cost
