#include "submit/generic.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_generic_test {

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
    EXPECT_EQ(read("license/matlab:2"), "license/matlab '' 2");
    EXPECT_EQ(read("cpu=4"), "none");
    EXPECT_EQ(read("none"), "none");
    EXPECT_EQ(read(""), "none");
}

TEST(SubmitGeneric, ZeroIsNothing) {
    for (const char* entry : {"gpu:0", "gpu:a100:0", "gres/gpu=0", "gres:gpu:0k"})
        EXPECT_EQ(read(entry), "none") << entry;
    EXPECT_TRUE(generic_resources({.job = "gpu:0"}, {}).empty());
    EXPECT_EQ(generic_resources({.job = "gpu:0", .node = "gpu:8"}, {}).at(0).count, 8u);
}

TEST(SubmitGeneric, WhatCannotBeReadIsTheLargest) {
    for (const char* entry : {"gpu:a100:many", "gpu:", "gpu=2:x", "gpu:-8", "gpu:9999999999999999",
                              "gpu:99999999999999999999", "gpu:99p"})
        EXPECT_EQ(read(entry), "gres/gpu '' 1099511627776") << entry;
}

TEST(SubmitGeneric, WhatSlurmReadsAsACountIsOne) {
    for (const char* entry : {"gpu:+8", "gpu: 8", "xgres:gpu:8", "xgres/gpu:8", "gresgpu:8",
                              "agreszgres:gpu:8", "cpu:1gres/gpu=8"})
        EXPECT_EQ(read(entry), "gres/gpu '' 8") << entry;
    EXPECT_EQ(read("gpu:1kib"), "gres/gpu '' 1024");
    EXPECT_EQ(read("gpu:1g.5gb"), "gres/gpu '1g.5gb' 1");
    EXPECT_EQ(read("gpu:1g.5gb:2"), "gres/gpu '1g.5gb' 2");
}

TEST(SubmitGeneric, OfOneTypeTheListThatAsksForMostCounts) {
    const auto all = generic_resources({.job = "gpu:4", .node = "gpu:2,nic:1", .task = "nic:5"},
                                       {.nodes = 3, .tasks = 7});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].count, 6u);
    EXPECT_EQ(all[1].name, "gres/nic");
    EXPECT_EQ(all[1].count, 35u);
}

TEST(SubmitGeneric, AnotherTypeIsAnotherRecord) {
    const auto all = generic_resources({.job = "gpu:a100:1", .node = "gpu:h100:8"}, {});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[1].type, "h100");
    EXPECT_EQ(all[1].count, 8u);
}

TEST(SubmitGeneric, NoFactorOverflows) {
    const auto all =
        generic_resources({.socket = "gpu:1024g"}, {.nodes = 0xfffffff0, .sockets = 0xffff});
    EXPECT_EQ(all.at(0).count, std::uint64_t{1} << 40);
}

TEST(SubmitGeneric, AnUpdateKnowsWhatItsFactorsAreNamedFor) {
    policy::JobRequest job;
    const TresLists lists{.job = "nic:2,gpu:4", .node = "gpu:4", .task = "license/matlab:1"};
    auto all = generic_resources_in_update(lists, job);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "gres/nic");
    EXPECT_EQ(all[1].name, "license/matlab");
    job.least_nodes = 16;
    EXPECT_EQ(generic_resources_in_update(lists, job).size(), 2u) << "the upper end stays";
    job.most_nodes = 16;
    all = generic_resources_in_update(lists, job);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1].count, 64u);
    EXPECT_TRUE(generic_resources_in_update({.socket = "gpu:1"}, job).empty());
    job.sockets_per_node = 2;
    EXPECT_EQ(generic_resources_in_update({.socket = "gpu:1"}, job).at(0).count, 32u);
    EXPECT_TRUE(generic_resources_in_update({.task = "gpu:1"}, job).empty());
}

TEST(SubmitGeneric, NodesThatAreNotAskedForComeOfTheTasks) {
    policy::JobRequest job;
    job.tasks = 1000;
    EXPECT_EQ(scale_of(job).nodes, 1000u);
    EXPECT_EQ(scale_of(job).least_nodes, 1u);
    job.tasks_per_node = 8;
    EXPECT_EQ(scale_of(job).nodes, 125u);
    EXPECT_EQ(scale_of(job).least_nodes, 125u);
    EXPECT_EQ(scale_of(job).tasks_on_node, 8u);
    job.least_nodes = 2;
    job.most_nodes = 4;
    EXPECT_EQ(scale_of(job).nodes, 4u);
    EXPECT_EQ(scale_of(job).least_nodes, 2u);
    job = {};
    job.node_list = "n[1-30]";
    EXPECT_EQ(scale_of(job).nodes, 30u);
    const auto all = generic_resources({.node = "gpu:8"}, {.nodes = 64, .least_nodes = 8});
    EXPECT_EQ(all.at(0).count, 512u);
    EXPECT_EQ(all.at(0).least, 64u);
    EXPECT_EQ(all.at(0).on_node, 8u);
}

TEST(SubmitGeneric, WhatGoesWithEachGpu) {
    EXPECT_EQ(for_each_gpu("gres:gpu:96"), 96u);
    EXPECT_EQ(for_each_gpu("gres/gpu=4,gres:gpu:a100:8"), 8u);
    EXPECT_EQ(for_each_gpu("gres:nic:4"), std::nullopt);
    EXPECT_EQ(for_each_gpu("gres:gpu:x:y"), std::uint64_t{1} << 40);
}

TEST(SubmitGeneric, AnUpdateNamesAllWhereEachListIsThereWithItsFactor) {
    policy::JobRequest job;
    const NamedLists named{.job = true, .node = true, .socket = true, .task = true};
    EXPECT_TRUE(names_all(named, {.job = "gpu:2"}, job));
    EXPECT_FALSE(names_all({.job = true}, {.job = "gpu:2"}, job));
    EXPECT_FALSE(names_all(named, {.node = "gpu:2"}, job));
    job.least_nodes = 1;
    EXPECT_FALSE(names_all(named, {.node = "gpu:2"}, job));
    job.most_nodes = 1;
    EXPECT_TRUE(names_all(named, {.node = "gpu:2"}, job));
    EXPECT_FALSE(names_all(named, {.task = "gpu:2"}, job));
    EXPECT_FALSE(names_all(named, {.socket = "gpu:2"}, job));
    job.sockets_per_node = 2;
    EXPECT_TRUE(names_all(named, {.socket = "gpu:2"}, job));
}

TEST(SubmitGeneric, CountsAreForTheWholeJob) {
    EXPECT_EQ(generic_resources({.socket = "gpu:1"}, {.nodes = 2, .sockets = 2}).at(0).count, 4u);
    EXPECT_EQ(generic_resources({.task = "gpu:2"}, {.tasks = 8}).at(0).count, 16u);
    EXPECT_EQ(generic_resources({.node = "gpu:18446744073709551615"}, {}).size(), 1u);
}

} // namespace submit_generic_test
} // namespace fairlead::submit
