#include "pin/request.hpp"

#include "expect_error.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace fairlead::pin {
namespace {

using test::fails_with;
using test::succeeds;

std::string message_of(std::string_view text) {
    const auto request = parse_request(text);
    return request ? "accepted" : to_string(request.error());
}

TEST(PinRequest, TheBareOptionMeansOn) {
    const auto request = parse_request("");
    ASSERT_TRUE(succeeds(request));
    EXPECT_TRUE(request->on);
    EXPECT_EQ(request->policy, Policy::Auto);
    EXPECT_EQ(request->verbose, 0);
}

TEST(PinRequest, OnAndOffSwitch) {
    EXPECT_TRUE(parse_request("on")->on);
    EXPECT_FALSE(parse_request("off")->on);
    EXPECT_FALSE(parse_request("by:nic,off")->on);
}

TEST(PinRequest, APolicyIsNamedWithBy) {
    EXPECT_EQ(parse_request("by:auto")->policy, Policy::Auto);
    EXPECT_EQ(parse_request("by:numa")->policy, Policy::Numa);
    EXPECT_EQ(parse_request("by:nic")->policy, Policy::Nic);
    EXPECT_EQ(parse_request("by:compact")->policy, Policy::Compact);
}

TEST(PinRequest, VerboseHasThreeLevels) {
    EXPECT_EQ(parse_request("verbose")->verbose, 1);
    EXPECT_EQ(parse_request("verbose:0")->verbose, 0);
    EXPECT_EQ(parse_request("verbose:1")->verbose, 1);
    EXPECT_EQ(parse_request("verbose:2")->verbose, 2);
}

TEST(PinRequest, PartsAreJoinedWithCommasAndTheLastCounts) {
    const auto request = parse_request("on,by:numa,verbose:2,by:compact");
    ASSERT_TRUE(succeeds(request));
    EXPECT_EQ(request->policy, Policy::Compact);
    EXPECT_EQ(request->verbose, 2);
}

TEST(PinRequest, AZeroByteIsNoSeparatorOfInterfaces) {
    using namespace std::string_view_literals;
    EXPECT_TRUE(fails_with(parse_request("nic:efa0\0efa1"sv), Code::P101));
}

TEST(PinRequest, AnEqualsSignIsTakenForAColon) {
    EXPECT_EQ(parse_request("by=nic,verbose=2")->policy, Policy::Nic);
    EXPECT_EQ(parse_request("by=nic,verbose=2")->verbose, 2);
}

TEST(PinRequest, ABadWordIsNamedWithTheNearest) {
    EXPECT_EQ(message_of("verbos"),
              "--efa-pin: unknown word 'verbos', did you mean 'verbose'? [FL-P101]");
    EXPECT_EQ(message_of("by:nics"),
              "--efa-pin: unknown policy 'nics', did you mean 'nic'? [FL-P101]");
    EXPECT_EQ(message_of("on,offf"),
              "--efa-pin: unknown word 'offf', did you mean 'off'? [FL-P101]");
    EXPECT_EQ(message_of("by"),
              "--efa-pin: unknown policy ''; expected one of: auto, gpu, nic, numa, l3, compact, "
              "spread, none [FL-P101]");
    EXPECT_EQ(message_of("verbose:high"),
              "--efa-pin: unknown verbose level 'high'; expected one of: 0, 1, 2 [FL-P101]");
}

TEST(PinRequest, ASwitchTakesNoValue) {
    EXPECT_EQ(message_of("on:1"), "--efa-pin: 'on' takes no value [FL-P101]");
    EXPECT_EQ(message_of("off="), "--efa-pin: 'off' takes no value [FL-P101]");
}

TEST(PinRequest, NothingOutsideTheGrammarPasses) {
    for (const std::string_view text :
         {",",          "on,",        ",on",         "on,,off",  " on",     "on ",      "ON",
          "By:nic",     "by:NIC",     "by:nic:numa", "by::nic",  "by:nic ", "verbose:", "verbose:3",
          "verbose:-1", "verbose:01", "verbose:1 ",  "verbose2", "(null)",  "1",        "true",
          "on;off",     "on\n",       "\xff\xfe",    "$(id)",    "../on",   "=",        ":"})
        EXPECT_TRUE(fails_with(parse_request(text), Code::P101)) << text;
}

TEST(PinRequest, AZeroByteDoesNotEndTheText) {
    EXPECT_TRUE(fails_with(parse_request(std::string_view("on\0", 3)), Code::P101, "'on?'"));
}

TEST(PinRequest, HostileTextIsMadePrintableAndShort) {
    EXPECT_NE(message_of("\x1b[31mred").find("'?[31mred'"), std::string::npos);
    const std::string message = message_of(std::string(200, 'x'));
    EXPECT_NE(message.find(std::string(64, 'x') + "..."), std::string::npos);
    EXPECT_EQ(message.find(std::string(65, 'x')), std::string::npos);
}

TEST(PinRequest, AnOversizedValueIsNotLookedAt) {
    std::string longest = "on";
    while (longest.size() + 3 <= longest_argument)
        longest += ",on";
    longest.append(longest_argument - longest.size(), 'x');
    EXPECT_TRUE(fails_with(parse_request(longest), Code::P101));
    EXPECT_TRUE(fails_with(parse_request(longest + "x"), Code::P103, "257 bytes; at most 256"));
    EXPECT_TRUE(fails_with(parse_request(std::string(1 << 20, 'x')), Code::P103));
}

// The value is compared as if it were part of the word: "b:nic" is far from "by".
TEST(PinRequest, TheNearestWordIsSoughtForTheNameAlone) {
    EXPECT_TRUE(fails_with(parse_request("b:nic"), Code::P101, "did you mean 'by'?"));
    EXPECT_TRUE(fails_with(parse_request("bye:compact"), Code::P101, "did you mean 'by'?"));
}

} // namespace
} // namespace fairlead::pin
