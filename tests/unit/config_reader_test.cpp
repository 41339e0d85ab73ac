#include "config/reader.hpp"

#include "expect_error.hpp"

#include <array>
#include <gtest/gtest.h>
#include <vector>

namespace fairlead::config {
namespace config_reader_test {

using test::fails_with;
using test::succeeds;

const Reader reader{"/x/f.yaml", "fairlead.config/1"};

YAML::Node node_of(std::string_view text) { return reader.parse(text).value()["k"]; }

TEST(Reader, NamesFileLineAndColumnOfWhatIsNotYaml) {
    EXPECT_TRUE(fails_with(reader.parse("a: 1\nb: [1, 2\n"), Code::X104, "/x/f.yaml:3:1: "));
    EXPECT_TRUE(fails_with(reader.parse("a: *nobody\n"), Code::X104, "/x/f.yaml:1:"));
}

TEST(Reader, ATabAsIndentationIsNotYaml) {
    EXPECT_TRUE(fails_with(reader.parse("a:\n\tb: 1\n"), Code::X104, "/x/f.yaml:2:"));
}

TEST(Reader, DeepNestingIsRefusedAndDoesNotOverflowTheStack) {
    EXPECT_TRUE(fails_with(reader.parse(std::string(100'000, '[')), Code::X104));
}

TEST(Reader, NothingButBlanksAndCommentsIsEmpty) {
    for (const std::string_view text : {"", "\n\n", "# only a comment\n", "---\n", "~\n"})
        EXPECT_TRUE(fails_with(reader.parse(text), Code::X102, "/x/f.yaml is empty")) << text;
}

TEST(Reader, CallsTheHandlerOfEachKey) {
    std::string seen;
    const Key keys[] = {{"a",
                         [&](const YAML::Node& n) {
                             seen += "a" + n.Scalar();
                             return Result<void>{};
                         }},
                        {"b", [&](const YAML::Node& n) {
                             seen += "b" + n.Scalar();
                             return Result<void>{};
                         }}};
    EXPECT_TRUE(succeeds(reader.map(reader.parse("b: 2\na: 1\n").value(), "the file", keys)));
    EXPECT_EQ(seen, "b2a1");
}

TEST(Reader, AnUnknownKeyIsNamedWithItsPlaceAndTheNearestKey) {
    const Key keys[] = {{"mode", [](const YAML::Node&) { return Result<void>{}; }}};
    const auto result =
        reader.map(reader.parse("mode: x\n  \nmoed: y\n").value(), "defaults", keys);
    ASSERT_FALSE(result);
    EXPECT_EQ(to_string(result.error()),
              "/x/f.yaml:3:1: unknown key 'moed' in defaults, did you mean 'mode'? [FL-X105]");
}

TEST(Reader, ADoubledKeyIsNamedWithThePlaceOfTheSecond) {
    const auto result = reader.entries(reader.parse("a: 1\nb: 2\na: 3\n").value(), "partitions",
                                       [](const auto&, const auto&) { return Result<void>{}; });
    ASSERT_FALSE(result);
    EXPECT_EQ(to_string(result.error()),
              "/x/f.yaml:3:1: key 'a' appears twice in partitions [FL-X106]");
}

TEST(Reader, AHandlersErrorEndsTheWalk) {
    int calls = 0;
    const auto result = reader.entries(reader.parse("a: 1\nb: 2\n").value(), "it",
                                       [&](const auto&, const auto&) -> Result<void> {
                                           ++calls;
                                           return fail(Code::X106, "stop");
                                       });
    EXPECT_TRUE(fails_with(result, Code::X106, "stop"));
    EXPECT_EQ(calls, 1);
}

TEST(Reader, AMapMustBeOne) {
    const auto ignore = [](const auto&, const auto&) { return Result<void>{}; };
    for (const std::string_view text : {"k: 1", "k: [a]", "k:"})
        EXPECT_TRUE(fails_with(reader.entries(node_of(text), "it", ignore), Code::X106,
                               "it must be a map of keys and values"))
            << text;
}

TEST(Reader, AKeyMustBeAWord) {
    const auto ignore = [](const auto&, const auto&) { return Result<void>{}; };
    const auto map = reader.parse("? [a, b]\n: 1\n");
    ASSERT_TRUE(map);
    EXPECT_TRUE(fails_with(reader.entries(*map, "it", ignore), Code::X106, "must be a word"));
}

TEST(Reader, TextIsOneScalarThatIsNotEmpty) {
    EXPECT_EQ(reader.text(node_of("k: off"), "k"), "off");
    EXPECT_EQ(reader.text(node_of("k: 'two words'"), "k"), "two words");
    for (const std::string_view text : {"k:", "k: ''", "k: [a]", "k: {a: b}", "k: ~"})
        EXPECT_TRUE(fails_with(reader.text(node_of(text), "k"), Code::X106, "k must be one word"))
            << text;
}

TEST(Reader, APathMustBeAbsolute) {
    EXPECT_EQ(reader.absolute_path(node_of("k: /a/b"), "k"), "/a/b");
    EXPECT_TRUE(fails_with(reader.absolute_path(node_of("k: a/b"), "k"), Code::X106,
                           "/x/f.yaml:1:4: k is 'a/b'; expected an absolute path"));
    EXPECT_TRUE(fails_with(reader.absolute_path(node_of("k: ~/b"), "k"), Code::X106));
}

TEST(Reader, AListHoldsTexts) {
    EXPECT_EQ(reader.texts(node_of("k: [a, b]"), "k"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(reader.texts(node_of("k: []"), "k"), std::vector<std::string>{});
    EXPECT_TRUE(fails_with(reader.texts(node_of("k: a"), "k"), Code::X106, "must be a list"));
    EXPECT_TRUE(fails_with(reader.texts(node_of("k: [a, [b]]"), "k"), Code::X106, ":1:8: "));
}

TEST(Reader, AListThatHoldsItselfIsRefused) {
    EXPECT_TRUE(fails_with(reader.texts(node_of("k: &a [*a]"), "k"), Code::X106));
}

TEST(Reader, AWordIsItsPlaceInTheList) {
    constexpr std::array<std::string_view, 3> modes{"off", "observe", "enforce"};
    EXPECT_EQ(reader.word(node_of("k: off"), "k", modes), 0u);
    EXPECT_EQ(reader.word(node_of("k: enforce"), "k", modes), 2u);
    EXPECT_TRUE(fails_with(reader.word(node_of("k: obsrve"), "k", modes), Code::X106,
                           "/x/f.yaml:1:4: k is 'obsrve', did you mean 'observe'?"));
    EXPECT_TRUE(fails_with(reader.word(node_of("k: Off"), "k", modes), Code::X106));
}

TEST(Reader, HostileTextIsMadePrintable) {
    constexpr std::array<std::string_view, 1> words{"a"};
    EXPECT_TRUE(
        fails_with(reader.word(node_of("k: \"\\x1b[2J\""), "k", words), Code::X106, "k is '?[2J'"));
}

} // namespace config_reader_test
} // namespace fairlead::config
