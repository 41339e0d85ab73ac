#include "submit/command_line.hpp"

#include "expect_error.hpp"
#include "submissions.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_command_line_test {

constexpr std::uint32_t bookworm = 0x1605, trixie = 0x180b, sid = 0x1a05;

/// "ntasks=4 hold": options in their order, then "|" and how many words they are.
std::string read(std::string_view line, Command command = Command::Sbatch,
                 std::uint32_t release = bookworm) {
    const auto words = words_of(line);
    const auto result = read_options(words, command, release);
    if (!result)
        return result.error().message;
    std::string text;
    for (const Given& given : result->options)
        text +=
            fmt::format("{}{}{} ", given.option->name, given.value.empty() ? "" : "=", given.value);
    return text + fmt::format("| {}", result->used);
}

TEST(SubmitCommandLine, EveryFormOfAnOption) {
    EXPECT_EQ(read("-n4"), "ntasks=4 | 1");
    EXPECT_EQ(read("-n 4"), "ntasks=4 | 2");
    EXPECT_EQ(read("--ntasks=4"), "ntasks=4 | 1");
    EXPECT_EQ(read("--ntasks 4"), "ntasks=4 | 2");
    EXPECT_EQ(read("-HOn4"), "hold overcommit ntasks=4 | 1");
    EXPECT_EQ(read("-n -3"), "ntasks=-3 | 2");
    EXPECT_EQ(read("--comment="), "comment | 1");
}

TEST(SubmitCommandLine, AnOptionalValueIsJoinedOrMissing) {
    EXPECT_EQ(read("--exclusive user"), "exclusive | 1");
    EXPECT_EQ(read("--exclusive=user"), "exclusive=user | 1");
    EXPECT_EQ(read("-koff -k off"), "no-kill=off no-kill | 2");
}

TEST(SubmitCommandLine, EndsAtTheFirstWordThatIsNoOption) {
    EXPECT_EQ(read("-n4 script -c2"), "ntasks=4 | 1");
    EXPECT_EQ(read("-n4 -- -c2"), "ntasks=4 | 2");
    EXPECT_EQ(read("-n4 -"), "ntasks=4 | 1");
    EXPECT_EQ(read(""), "| 0");
}

TEST(SubmitCommandLine, BeginningsOfLongOptions) {
    EXPECT_EQ(read("--part=x"), "partition=x | 1");
    EXPECT_EQ(read("--tasks=3"), "ntasks-per-node=3 | 1");
    EXPECT_EQ(read("--mem=3"), "mem=3 | 1") << "whole though it begins others";
    EXPECT_EQ(read("--par=x"), "--par could be any of: --parsable, --partition");
    EXPECT_EQ(read("--clusters=x --cluster=y"), "clusters=x clusters=y | 2");
}

TEST(SubmitCommandLine, LaterReleasesHaveMoreOptions) {
    EXPECT_EQ(read("--extra=foo"), "extra-node-info=foo | 1");
    EXPECT_EQ(read("--extra=foo", Command::Sbatch, trixie), "extra=foo | 1");
    EXPECT_EQ(read("--cons=a"), "constraint=a | 1");
    EXPECT_EQ(read("--cons=a", Command::Sbatch, sid),
              "--cons could be any of: --consolidate-segments, --constraint");
}

TEST(SubmitCommandLine, EachCommandHasItsOwn) {
    EXPECT_EQ(read("-W"), "wait | 1");
    EXPECT_EQ(read("-W5", Command::Srun), "wait=5 | 1");
    EXPECT_EQ(read("-K -I5", Command::Salloc), "kill-command immediate=5 | 2");
    EXPECT_EQ(read("--wrap=x", Command::Salloc), "--wrap is no option of salloc");
}

TEST(SubmitCommandLine, WhatIsWrongIsNamed) {
    EXPECT_EQ(read("--partitoin=x"),
              "--partitoin is no option of sbatch, did you mean --partition?");
    EXPECT_EQ(read("-Z"), "-Z is no option of sbatch");
    EXPECT_EQ(read("--nodes"), "--nodes needs a value");
    EXPECT_EQ(read("-n"), "-n needs a value");
    EXPECT_EQ(read("--hold=1"), "--hold takes no value");
}

} // namespace submit_command_line_test
} // namespace fairlead::submit
