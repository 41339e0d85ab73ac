#include "stage/link.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_link_test {

const std::vector<config::Link> links{
    {.prefix = "s3://lab/data/", .folder = "/fsx/lab", .mount = "/fsx"},
    {.prefix = "s3://whole/", .folder = "/", .mount = "/"}};

Item item(const std::string& bucket, const std::string& key, const std::string& file) {
    return {.source = {.s3 = true, .bucket = bucket, .path = key}, .destination = {.path = file}};
}

bool linked(const Item& item) { return link_of(links, item) != nullptr; }

TEST(StageLink, IsWhereTheObjectIsTheFile) {
    EXPECT_EQ(link_of(links, item("lab", "data/x/y", "/fsx/lab/x/y")), &links[0]);
    EXPECT_EQ(link_of(links, item("whole", "x/y", "/x/y")), &links[1]);
    Item out = item("lab", "data/x", "/fsx/lab/x");
    std::swap(out.source, out.destination);
    EXPECT_TRUE(linked(out));
    EXPECT_EQ(file_of(out), "/fsx/lab/x");
    EXPECT_EQ(object_of(out).path, "data/x");
}

TEST(StageLink, IsNowhereElse) {
    EXPECT_FALSE(linked(item("lab", "data/x/y", "/fsx/lab/x/z")));
    EXPECT_FALSE(linked(item("lab", "data/x/y", "/fsx/lab/y")));
    EXPECT_FALSE(linked(item("lab", "data/x", "/fsx/labx")));
    EXPECT_FALSE(linked(item("lab", "data/x", "/scratch/x")));
    EXPECT_FALSE(linked(item("lab", "database/x", "/fsx/lab/x")));
    EXPECT_FALSE(linked(item("other", "data/x", "/fsx/lab/x")));
    EXPECT_FALSE(linked({.source = {.path = "/fsx/lab/x"}, .destination = {.path = "/fsx/lab/x"}}));
}

TEST(StageLink, TakesNoNameThatBreaksALineAndNoFolder) {
    EXPECT_FALSE(linked(item("lab", "data/x\ny", "/fsx/lab/x\ny")));
    Item folder = item("lab", "data/x", "/fsx/lab/x");
    folder.folder = true;
    EXPECT_FALSE(linked(folder));
}

} // namespace stage_link_test
} // namespace fairlead::stage
