#include "policy/message.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_message_test {

std::string rendered(std::string_view text) {
    JobRequest request;
    request.partition = "gpu";
    request.user = "ada";
    request.time_limit = 90;
    request.tres = {{"gres/gpu", "a100", 2}};
    const JobPatch none;
    return render(read_message(text, "the-rule"), {request, none});
}

TEST(PolicyMessage, PlaceholdersBecomeValues) {
    EXPECT_EQ(rendered("{user}: {partition} for {time_limit}"), "ada: gpu for 01:30:00");
    EXPECT_EQ(rendered("{rule} {tres.gres/gpu:a100}{gpus}"), "the-rule 22");
    EXPECT_EQ(rendered("account '{account}'"), "account ''");
    EXPECT_EQ(rendered(""), "");
}

TEST(PolicyMessage, WhatIsNoFieldStaysAndIsListed) {
    EXPECT_EQ(rendered("{partiton} {} {tres} {user.x} {environment.}"),
              "{partiton} {} {tres} {user.x} {environment.}");
    EXPECT_EQ(read_message("{partiton} {user} {}", "r").unknown,
              (std::vector<std::string>{"partiton", ""}));
}

TEST(PolicyMessage, LoneBracesAreText) {
    EXPECT_EQ(rendered("a } b { c"), "a } b { c");
    EXPECT_EQ(rendered("}{user}{"), "}ada{");
}

TEST(PolicyMessage, FieldsHaveAKeyWhereTheyNeedOne) {
    EXPECT_EQ(read_field("tres.gres/gpu:a100")->name(), "tres.gres/gpu:a100");
    EXPECT_EQ(read_field("environment.A:B")->key, "A:B");
    for (const char* name : {"tres", "tres.", "environment", "user.name", "user.", "", "users"})
        EXPECT_FALSE(read_field(name)) << name;
}

} // namespace policy_message_test
} // namespace fairlead::policy
