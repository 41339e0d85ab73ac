#include "prolog/arguments.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::prolog {
namespace prolog_arguments_test {

Result<Arguments> read(std::vector<std::string> words) {
    words.insert(words.begin(), "fairlead-prolog");
    static std::vector<std::string> kept; // Arguments points into them
    kept = std::move(words);
    std::vector<char*> argv;
    for (std::string& word : kept)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    return read_arguments(static_cast<int>(kept.size()), argv.data());
}

TEST(PrologArguments, NoneMeansTheDefaultConfiguration) {
    ASSERT_TRUE(read({}));
    EXPECT_EQ(read({})->config_path, nullptr);
}

TEST(PrologArguments, NameAConfiguration) {
    const auto arguments = read({"--config", "/x/f.yaml"});
    ASSERT_TRUE(arguments);
    EXPECT_STREQ(arguments->config_path, "/x/f.yaml");
}

TEST(PrologArguments, AnythingElseIsWrongUsage) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"--config"},
                                                  {"--help"},
                                                  {"/x/f.yaml"},
                                                  {""},
                                                  {"--config=/x"},
                                                  {"-c", "/x"},
                                                  {"--config", "/x", "--config"}})
        EXPECT_TRUE(test::fails_with(read(words), Code::X301, "unexpected argument '" + words[0]));
}

TEST(PrologArguments, AHostileOneIsMadePrintable) {
    EXPECT_TRUE(test::fails_with(read({"\x1b[2J"}), Code::X301, "'?[2J'"));
}

} // namespace prolog_arguments_test
} // namespace fairlead::prolog
