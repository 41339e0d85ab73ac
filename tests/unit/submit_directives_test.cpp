#include "submit/directives.hpp"

#include "expect_error.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_directives_test {

using Words = std::vector<std::string>;

/// "2: -n 3" for each directive, " : " between parts.
std::string read(std::string_view script) {
    const auto parts = read_directives(script);
    if (!parts)
        return to_string(parts.error());
    std::vector<std::string> shown;
    for (const auto& part : *parts) {
        Words lines;
        for (const Directive& directive : part)
            lines.push_back(fmt::format("{}:{}", directive.line, fmt::join(directive.words, "|")));
        shown.push_back(fmt::format("{}", fmt::join(lines, " ")));
    }
    return fmt::format("{}", fmt::join(shown, " : "));
}

TEST(SubmitDirectives, StandBeforeTheFirstCommand) {
    EXPECT_EQ(read("#!/bin/sh\n#SBATCH -n 3 --time=5\n# words\n\n  # more\n#SBATCH -A x\ntrue\n"
                   "#SBATCH -c 9\n"),
              "2:-n|3|--time=5 6:-A|x");
    EXPECT_EQ(read("#!/bin/sh\n"), "");
}

TEST(SubmitDirectives, BeginAtTheLeftEdge) {
    EXPECT_EQ(read("#!/bin/sh\n  #SBATCH -N 2\n# SBATCH -N 3\n#SBATCH -n 1\n"), "4:-n|1");
}

TEST(SubmitDirectives, QuotesJoinAndAHashOutsideThemEnds) {
    EXPECT_EQ(words_of(R"( --comment="a b"  # trail)"), Words({"--comment=a b"}));
    EXPECT_EQ(words_of(R"(--comment="a#b" -n2#3)"), Words({"--comment=a#b", "-n2"}));
    EXPECT_EQ(words_of("--comment=a#b -n2"), Words({"--comment=a"}));
    EXPECT_EQ(words_of(R"(it\ is 'a\' "b\"c" '')"), Words({"it is", "a\\", "b\"c", ""}));
    EXPECT_EQ(words_of("\t-n\t3"), Words({"-n", "3"}));
}

TEST(SubmitDirectives, PartsOfAHeterogeneousJob) {
    EXPECT_EQ(read("#!/bin/sh\n#SBATCH -n 1\n#SBATCH hetjob\n#SBATCH -n 2\n#SBATCH packjob\n"),
              "2:-n|1 : 4:-n|2 : ");
}

TEST(SubmitDirectives, AScriptThatSbatchRefuses) {
    EXPECT_TRUE(test::fails_with(read_directives("true\n"), Code::A221, "begins with 'true'"));
    EXPECT_TRUE(test::fails_with(read_directives(""), Code::A221, "empty"));
    EXPECT_TRUE(test::fails_with(read_directives("#!/bin/sh\r\n"), Code::A221, "DOS"));
}

} // namespace submit_directives_test
} // namespace fairlead::submit
