#include "state/record.hpp"

#include "expect_error.hpp"

#include <cctype>
#include <gtest/gtest.h>

namespace fairlead::state {
namespace state_record_test {

using test::fails_with;
using test::succeeds;

constexpr Schema schema{"fairlead.job", 3};

Result<Json> parsed(std::string_view text) { return parse_record(text, schema, "/run/x.json"); }

Result<Json> with_schema(const std::string& name) {
    return parsed(R"({"schema":")" + name + R"("})");
}

TEST(Record, ASchemaIsWrittenAsNameAndNumber) { EXPECT_EQ(to_string(schema), "fairlead.job/3"); }

TEST(Record, OfThisReleaseAndItsNeighboursIsRead) {
    for (const char* name : {"fairlead.job/2", "fairlead.job/3", "fairlead.job/4"})
        EXPECT_TRUE(succeeds(with_schema(name))) << name;
}

TEST(Record, FieldsOfALaterReleaseAreKeptAndDoNoHarm) {
    const auto record = parsed(R"({"new":{"deep":[1]},"schema":"fairlead.job/4","old":"x"})");
    ASSERT_TRUE(succeeds(record));
    EXPECT_EQ(text_field(*record, "old", "x"), "x");
}

TEST(Record, OfReleasesFurtherAwayIsRefused) {
    for (const char* name : {"fairlead.job/1", "fairlead.job/5", "fairlead.job/0"})
        EXPECT_TRUE(fails_with(with_schema(name), Code::X202,
                               "this release reads fairlead.job/3 and its neighbours"))
            << name;
}

TEST(Record, OfAnotherSchemaIsRefused) {
    for (const char* name :
         {"", "fairlead.job", "fairlead.job/", "fairlead.job/x", "fairlead.job/3x",
          "fairlead.job/-3", "fairlead.job/+3", "fairlead.job/ 3", "fairlead.job3",
          "fairlead.node/3", "FAIRLEAD.job/3", "fairlead.job/99999999999",
          "fairlead.job/2147483647", "fairlead.jobs/3"})
        EXPECT_TRUE(fails_with(with_schema(name), Code::X202)) << name;
}

TEST(Record, WhatIsNoneIsRefused) {
    for (const std::string_view text :
         {"", " ", "rubbish", "[]", "1", "null", "\"text\"", "{", R"({"schema":"fairlead.job/3")",
          R"({"schema":"fairlead.job/3"} x)", "\xff\xfe", R"({"schema":"\xff"})"})
        EXPECT_TRUE(fails_with(parsed(text), Code::X203, "/run/x.json")) << text;
    EXPECT_TRUE(fails_with(parsed(std::string(200'000, '[')), Code::X203));
}

TEST(Record, WithoutASchemaInTextIsRefused) {
    for (const char* text : {"{}", R"({"schema":3})", R"({"schema":null})", R"({"schema":["a"]})"})
        EXPECT_TRUE(fails_with(parsed(text), Code::X203, "has no text field 'schema'")) << text;
}

TEST(Record, AHostileSchemaIsMadePrintable) {
    EXPECT_TRUE(fails_with(with_schema("\\u001b[2J"), Code::X202, "schema '?[2J'"));
}

TEST(Record, ATextFieldMustBeText) {
    const Json record{{"a", "x"}, {"b", 1}};
    EXPECT_EQ(text_field(record, "a", "it"), "x");
    EXPECT_TRUE(fails_with(text_field(record, "b", "it"), Code::X203, "it has no text field 'b'"));
    EXPECT_TRUE(fails_with(text_field(record, "c", "it"), Code::X203, "it has no text field 'c'"));
}

TEST(Record, TimeIsUtcToTheSecond) {
    const std::string now = utc_now();
    ASSERT_EQ(now.size(), 20u);
    for (std::size_t i = 0; i < now.size(); ++i) {
        const char expected = "0000-00-00T00:00:00Z"[i];
        EXPECT_EQ(expected == '0' ? std::isdigit(now[i]) != 0 : now[i] == expected, true) << now;
    }
    EXPECT_GT(now, "2024");
}

} // namespace state_record_test
} // namespace fairlead::state
