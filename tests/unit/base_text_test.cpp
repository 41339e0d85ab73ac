#include "base/text.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <string>

namespace fairlead {
namespace base_text_test {

TEST(Text, OfAStringIsACopy) {
    std::string word = "gpu";
    const Text text = word;
    word = "cpu";
    EXPECT_EQ(text, "gpu");
}

TEST(Text, BorrowedIsNoCopy) {
    const std::string word = "gpu";
    const Text text = Text::borrowed(word);
    EXPECT_EQ(text.view().data(), word.data());
    const Text again = text;
    EXPECT_EQ(again.view().data(), word.data());
}

TEST(Text, ACopyOfACopyIsItsOwn) {
    std::optional<Text> first = std::string("a longer text than a string holds within itself");
    const Text second = *first;
    EXPECT_NE(second.view().data(), first->view().data());
    first = "other";
    EXPECT_EQ(second, "a longer text than a string holds within itself");
}

TEST(Text, IsAssignedMovedAndEmpty) {
    Text text = "";
    EXPECT_EQ(text, "");
    text = Text("one");
    Text moved = std::move(text);
    const Text& same = moved;
    moved = same;
    EXPECT_EQ(moved, "one");
    moved = Text::borrowed("two");
    EXPECT_EQ(moved, Text("two"));
}

} // namespace base_text_test
} // namespace fairlead
