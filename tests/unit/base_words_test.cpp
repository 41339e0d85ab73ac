#include "base/words.hpp"

#include <array>
#include <gtest/gtest.h>
#include <vector>

namespace fairlead {
namespace base_words_test {

using Views = std::vector<std::string_view>;
constexpr std::array<std::string_view, 4> policies{"auto", "numa", "nic", "compact"};

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("a,b,,c", ','), (Views{"a", "b", "", "c"}));
    EXPECT_EQ(split(",", ','), (Views{"", ""}));
    EXPECT_EQ(split("a,", ','), (Views{"a", ""}));
}

TEST(Split, ATextWithoutSeparatorIsOnePart) {
    EXPECT_EQ(split("abc", ','), (Views{"abc"}));
    EXPECT_EQ(split("", ','), (Views{""}));
}

TEST(Trimmed, DropsBlanksAtBothSidesOnly) {
    EXPECT_EQ(trimmed(" \ta b\r\n"), "a b");
    EXPECT_EQ(trimmed(" \r\n\t"), "");
    EXPECT_EQ(trimmed(""), "");
    EXPECT_EQ(trimmed("x"), "x");
}

TEST(NearestWord, IsTheCandidateWithTheFewestEdits) {
    EXPECT_EQ(nearest_word("nunma", policies), "numa");
    EXPECT_EQ(nearest_word("comapct", policies), "compact");
    EXPECT_EQ(nearest_word("nc", policies), "nic");
    EXPECT_EQ(nearest_word("autox", policies), "auto");
}

TEST(NearestWord, SwappedNeighboursAreOneEdit) {
    constexpr std::array<std::string_view, 2> words{"hatx", "that"};
    EXPECT_EQ(nearest_word("htat", words), "that");
}

TEST(NearestWord, TheFirstOfEqualsWins) {
    constexpr std::array<std::string_view, 2> words{"bat", "cat"};
    EXPECT_EQ(nearest_word("rat", words), "bat");
}

TEST(NearestWord, NothingIsNearWhenMoreThanHalfDiffers) {
    EXPECT_EQ(nearest_word("zzzz", policies), "");
    EXPECT_EQ(nearest_word("nicotine", policies), "");
    EXPECT_EQ(nearest_word("numa", {}), "");
}

TEST(NearestWord, EmptyAndOversizedWordsAreNotCompared) {
    EXPECT_EQ(nearest_word("", policies), "");
    const std::string longest = std::string(60, 'x');
    const std::array<std::string_view, 1> itself{longest};
    EXPECT_EQ(nearest_word(longest, itself), longest);
    const std::string oversized = std::string(65, 'x');
    const std::array<std::string_view, 1> same{oversized};
    EXPECT_EQ(nearest_word(oversized, same), "");
}

TEST(Suggestion, ProposesTheNearestWord) {
    EXPECT_EQ(suggestion("nicc", policies), ", did you mean 'nic'?");
}

TEST(Suggestion, ListsTheWordsWhereNoneIsNear) {
    EXPECT_EQ(suggestion("wrong", policies), "; expected one of: auto, numa, nic, compact");
    EXPECT_EQ(suggestion("", policies), "; expected one of: auto, numa, nic, compact");
}

TEST(Printable, ShowsControlAndForeignBytesAsQuestionMarks) {
    EXPECT_EQ(printable("a\x1b[31m\nb"), "a?[31m?b");
    EXPECT_EQ(printable(std::string_view("\0\x7f\xff", 3)), "???");
    EXPECT_EQ(printable("plain ~ text"), "plain ~ text");
}

TEST(Printable, CutsALongTextAndSaysSo) {
    EXPECT_EQ(printable("abcdef", 3), "abc...");
    EXPECT_EQ(printable("abc", 3), "abc");
    EXPECT_EQ(printable(std::string(1000, 'x')), std::string(64, 'x') + "...");
}

} // namespace base_words_test
} // namespace fairlead
