#include "stage/place.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_place_test {

using test::fails_with;
using test::succeeds;

TEST(StagePlace, OfS3IsABucketAndAKey) {
    const auto object = parse_place("s3://lab/data/a.dat");
    ASSERT_TRUE(succeeds(object));
    EXPECT_TRUE(object->s3);
    EXPECT_EQ(object->bucket, "lab");
    EXPECT_EQ(object->path, "data/a.dat");
    EXPECT_FALSE(object->folder);
    const auto prefix = parse_place("s3://lab/data/");
    EXPECT_EQ(prefix->path, "data/");
    EXPECT_TRUE(prefix->folder);
    for (const char* whole : {"s3://lab", "s3://lab/"}) {
        EXPECT_EQ(parse_place(whole)->path, "") << whole;
        EXPECT_TRUE(parse_place(whole)->folder) << whole;
    }
    EXPECT_EQ(parse_place("s3://lab//odd/../key")->path, "/odd/../key"); // a key is any text
}

TEST(StagePlace, OfAFileSystemIsAnAbsolutePath) {
    EXPECT_EQ(parse_place("/fsx//u/./data/")->path, "/fsx/u/data");
    EXPECT_TRUE(parse_place("/fsx/u/data/")->folder);
    EXPECT_FALSE(parse_place("/fsx/u/data")->folder);
}

TEST(StagePlace, IsNothingElse) {
    for (const std::string bad :
         {"", "data", "http://lab/x", "s3:/lab", "s3://", "s3://a/x", "s3://la b/x", "s3://../x",
          "/", "//", "/a/../b", "/a/..", "/latin\xff", "s3://lab/latin\xff"})
        EXPECT_TRUE(fails_with(parse_place(bad), Code::S102)) << bad;
    EXPECT_TRUE(fails_with(parse_place(std::string("/a\0b", 4)), Code::S102));
    EXPECT_TRUE(fails_with(parse_place("s3://lab/" + std::string(1025, 'k')), Code::S102));
    EXPECT_TRUE(succeeds(parse_place("s3://lab/" + std::string(1024, 'k'))));
}

TEST(StagePlace, AKeyBecomesAFileOnlyWhereEachPartCan) {
    for (const std::string good : {"a", "a/b", "..a", "a..", "...", "-rf", "é", "with\nline",
                                   "\xf0\x9f\x9a\x80", "$(id)", "a\\b"})
        EXPECT_TRUE(succeeds(check_safe(good, good))) << good;
    for (const std::string bad :
         {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/./b", "a/..", "../a", "a/../b", "\xff",
          "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "a\xc3"})
        EXPECT_TRUE(fails_with(check_safe(bad, bad), Code::S117)) << bad;
    EXPECT_TRUE(fails_with(check_safe(std::string("a\0b", 3), "x"), Code::S117, "NUL"));
    EXPECT_TRUE(succeeds(check_safe(std::string(255, 'k'), "x")));
    EXPECT_TRUE(fails_with(check_safe(std::string(256, 'k'), "x"), Code::S117, "255"));
    std::string deep = "a";
    while (deep.size() < 1025)
        deep += "/a";
    EXPECT_TRUE(fails_with(check_safe(deep, "x"), Code::S117, "1,024"));
}

TEST(StagePlace, BelowAnotherHasOneSlashBetween) {
    EXPECT_EQ(below(*parse_place("/fsx/u/"), "a/b").path, "/fsx/u/a/b");
    EXPECT_EQ(to_string(below(*parse_place("s3://lab/x/"), "a")), "s3://lab/x/a");
    EXPECT_EQ(to_string(below(*parse_place("s3://lab/x"), "a")), "s3://lab/x/a");
    EXPECT_EQ(to_string(below(*parse_place("s3://lab"), "a")), "s3://lab/a");
    EXPECT_EQ(last_part("a/b/c"), "c");
    EXPECT_EQ(last_part("c"), "c");
}

} // namespace stage_place_test
} // namespace fairlead::stage
