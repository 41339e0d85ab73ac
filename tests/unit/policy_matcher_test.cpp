#include "policy/matcher.hpp"

#include "policy/message.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace fairlead::policy {
namespace policy_matcher_test {

using enum Truth;

Truth test(const Matcher& matcher, const JobRequest& request, std::string_view name) {
    const JobPatch none;
    return matches(matcher, {request, none}, read_field(name).value());
}

TEST(PolicyMatcher, GlobsTakeWholeTexts) {
    EXPECT_TRUE(glob_matches("gpu*", "gpu-a100"));
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("a*b*c", "aXbYbZc"));
    EXPECT_TRUE(glob_matches("?pu", "gpu"));
    EXPECT_TRUE(glob_matches("**a", "bba"));
    EXPECT_FALSE(glob_matches("gpu", "gpus"));
    EXPECT_FALSE(glob_matches("gpu?", "gpu"));
    EXPECT_FALSE(glob_matches("a*b", "abc"));
    EXPECT_FALSE(glob_matches("", "a"));
}

TEST(PolicyMatcher, AManyStarredGlobEnds) {
    std::string glob;
    for (int i = 0; i < 50; ++i)
        glob += "*a";
    EXPECT_FALSE(glob_matches(glob + "b", std::string(5000, 'a')));
}

TEST(PolicyMatcher, AnUnsetFieldMatchesNothingButUnset) {
    const JobRequest request;
    EXPECT_EQ(test(IsSet{false}, request, "account"), Yes);
    EXPECT_EQ(test(IsSet{true}, request, "account"), No);
    EXPECT_EQ(test(OneOf{{}, {"*"}}, request, "account"), No);
    EXPECT_EQ(test(Ranges{{{0, unlimited}}}, request, "nodes"), No);
    EXPECT_EQ(test(Pattern{std::make_shared<const re2::RE2>("")}, request, "script"), No);
    EXPECT_EQ(test(IsFlag{false}, request, "exclusive"), Yes);
    EXPECT_EQ(test(IsFlag{true}, request, "exclusive"), No);
}

TEST(PolicyMatcher, EveryTestOfWhatAnUpdateDoesNotNameIsUnknown) {
    JobRequest request;
    request.modify = true;
    EXPECT_EQ(test(IsSet{false}, request, "account"), Unknown);
    EXPECT_EQ(test(OneOf{{"a"}, {}}, request, "account"), Unknown);
    EXPECT_EQ(test(IsFlag{false}, request, "exclusive"), Unknown);
    EXPECT_EQ(test(IsFlag{true}, request, "modify"), Yes);
    request.account = "a";
    EXPECT_EQ(test(OneOf{{"a"}, {}}, request, "account"), Yes);
}

TEST(PolicyMatcher, OneOfSeveralWordsIsEnough) {
    JobRequest request;
    request.partition = "cpu,gpu-a100";
    EXPECT_EQ(test(OneOf{{"cpu"}, {}}, request, "partition"), Yes);
    EXPECT_EQ(test(OneOf{{"x"}, {"gpu*"}}, request, "partition"), Yes);
    EXPECT_EQ(test(OneOf{{"gpu"}, {}}, request, "partition"), No);
    EXPECT_EQ(test(OneOf{{"cpu,gpu-a100"}, {}}, request, "partition"), No);
}

TEST(PolicyMatcher, BothEndsOfARangeBelongToIt) {
    JobRequest request;
    const Ranges test_of{{{2, 4}, {8, 8}}};
    const auto on = [&](std::uint32_t tasks) {
        request.tasks = tasks;
        return test(test_of, request, "tasks");
    };
    EXPECT_EQ(on(1), No);
    EXPECT_EQ(on(2), Yes);
    EXPECT_EQ(on(4), Yes);
    EXPECT_EQ(on(5), No);
    EXPECT_EQ(on(8), Yes);
}

TEST(PolicyMatcher, APatternIsFoundAnywhereAndInAnyBytes) {
    JobRequest request;
    const std::string script("#!/bin/sh\n\xff\xfe\0mpirun x\n", 23);
    request.script = script;
    EXPECT_EQ(test(Pattern{std::make_shared<const re2::RE2>("mpirun")}, request, "script"), Yes);
    EXPECT_EQ(test(Pattern{std::make_shared<const re2::RE2>("^mpirun")}, request, "script"), No);
}

TEST(PolicyMatcher, TruthIsKleenes) {
    EXPECT_EQ(negated(Yes), No);
    EXPECT_EQ(negated(No), Yes);
    EXPECT_EQ(negated(Unknown), Unknown);
    EXPECT_LT(No, Unknown);
    EXPECT_LT(Unknown, Yes);
}

TEST(PolicyMatcher, ShowsTheSameForTheSame) {
    EXPECT_EQ(show(OneOf{{"b", "a"}, {}}, {}), show(OneOf{{"a", "b"}, {}}, {}));
    EXPECT_EQ(show(Ranges{{{1441, unlimited}}}, Unit::Minutes), "[1-00:01:00..]");
    EXPECT_EQ(show(IsSet{false}, {}), "unset");
    EXPECT_EQ(show(IsFlag{true}, {}), "true");
}

} // namespace policy_matcher_test
} // namespace fairlead::policy
