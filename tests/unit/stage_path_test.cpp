#include "stage/path.hpp"

#include "expect_error.hpp"
#include "stage/request.hpp"

namespace fairlead::stage {
namespace stage_path_test {

using test::fails_with;
using test::succeeds;

// T3 of the fault table.
TEST(StagePath, IsAbsoluteAndDoesNotClimb) {
    for (const std::string path : {"/a/../b", "/..", "/a/..", "/a/./b", "s3://lab/../x"})
        EXPECT_TRUE(fails_with(check_path(path), Code::S102, "..")) << path;
    for (const std::string path : {"data", "", "~/data", "S3://lab/a", "s3:/lab/a"})
        EXPECT_TRUE(fails_with(check_path(path), Code::S102, "not absolute")) << path;
    for (const std::string path : {"/a/..b/c..", "/...", "s3://lab/", "s3://lab/..b"})
        EXPECT_TRUE(succeeds(check_path(path))) << path;
}

TEST(StagePath, HoldsNoControlCharacterAndIsUtf8) {
    for (const std::string path : {"/a\nb", "/a\x01", "/a\x7f", "/a\xff", "/a\xc3", "/a\xc0\xaf"})
        EXPECT_TRUE(fails_with(check_path(path), Code::S102, "UTF-8"));
    EXPECT_TRUE(fails_with(check_path(std::string_view("/a\0b", 4)), Code::S102, "control"));
    EXPECT_TRUE(succeeds(check_path("/x; $(id) `id` | & \xc3\xa9\xe2\x82\xac \xf0\x9f\x90\x9f")));
}

TEST(StagePath, OfABucketHasItsLimits) {
    for (const std::string path :
         {"s3://Lab/a", "s3:///a", "s3://la/a", "s3://-lab/a", "s3://l..b/a"})
        EXPECT_TRUE(fails_with(check_path(path), Code::S102, "no bucket")) << path;
    EXPECT_TRUE(fails_with(check_path("s3://lab"), Code::S102, "did you mean 's3://lab/'"));
    const std::string key(longest_key + 1, 'k');
    EXPECT_TRUE(fails_with(check_path("s3://lab/" + key), Code::S102, "1025 bytes"));
    EXPECT_TRUE(succeeds(check_path("s3://lab/" + key.substr(1))));
    EXPECT_TRUE(fails_with(check_path("/" + std::string(longest_path, 'p')), Code::S102));
}

TEST(StagePath, KnowsItsSymbols) {
    EXPECT_TRUE(succeeds(check_path("/a/%j%u%x%A%a%%")));
    for (const std::string path : {"/a/%q", "/a/%%%", "/%", "/%J"})
        EXPECT_TRUE(fails_with(check_path(path), Code::S101, "no symbol")) << path;
}

TEST(StagePath, TakesOneNameForASymbol) {
    for (const std::string name : {"a", "..a", "run 7", "50%", "\xc3\xa9"})
        EXPECT_TRUE(is_name(name)) << name;
    for (const std::string name : {"", ".", "..", "a/b", "/", "a\nb", "\xff"})
        EXPECT_FALSE(is_name(name)) << name;
    EXPECT_FALSE(is_name(std::string(256, 'a')));
}

} // namespace stage_path_test
} // namespace fairlead::stage
