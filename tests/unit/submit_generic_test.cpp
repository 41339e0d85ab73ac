#include "submit/generic.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fairlead::submit {
namespace {

std::string read(std::string_view entry) {
    const auto tres = read_generic(entry);
    return tres ? fmt::format("{} '{}' {}", tres->name, tres->type, tres->count) : "none";
}

TEST(SubmitGeneric, FormsOfAllReleases) {
    EXPECT_EQ(read("gpu"), "gres/gpu '' 1");
    EXPECT_EQ(read("gpu:2"), "gres/gpu '' 2");
    EXPECT_EQ(read("gres:gpu:a100:2"), "gres/gpu 'a100' 2");
    EXPECT_EQ(read("gres/gpu:a100"), "gres/gpu 'a100' 1");
    EXPECT_EQ(read("gres/gpu=3"), "gres/gpu '' 3");
    EXPECT_EQ(read("gpu:1k"), "gres/gpu '' 1024");
    EXPECT_EQ(read("gpu:a100:many"), "none");
    EXPECT_EQ(read("cpu=4"), "none");
    EXPECT_EQ(read("none"), "none");
    EXPECT_EQ(read(""), "none");
}

TEST(SubmitGeneric, AListForTheJobSaysItAll) {
    const auto all = generic_resources({.job = "gpu:4", .node = "gpu:2,nic:1", .task = "nic:5"},
                                       {.nodes = 3, .tasks = 7});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].count, 4u);
    EXPECT_EQ(all[1].name, "gres/nic");
    EXPECT_EQ(all[1].count, 3u);
}

TEST(SubmitGeneric, CountsAreForTheWholeJob) {
    EXPECT_EQ(generic_resources({.socket = "gpu:1"}, {.nodes = 2, .sockets = 2}).at(0).count, 4u);
    EXPECT_EQ(generic_resources({.task = "gpu:2"}, {.tasks = 8}).at(0).count, 16u);
    EXPECT_EQ(generic_resources({.node = "gpu:18446744073709551615"}, {}).size(), 1u);
}

} // namespace
} // namespace fairlead::submit
