#include "stage/task_batch.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_task_batch_test {

using Paths = std::vector<std::string>;

const std::vector<config::Link> links{{.prefix = "s3://lab/data/",
                                       .folder = "/fsx/lab",
                                       .mount = "/fsx",
                                       .exports = config::LinkExport::Task,
                                       .file_system = "fs-1"},
                                      {.prefix = "s3://other/",
                                       .folder = "/fsx/other",
                                       .mount = "/fsx",
                                       .exports = config::LinkExport::Archive,
                                       .file_system = {}}};

Transfer out(const std::string& from, const std::string& to) {
    return {.direction = Direction::Out, .source = from, .destination = to};
}

Paths paths(const std::vector<Transfer>& transfers) {
    const auto found = task_paths(transfers, links);
    EXPECT_TRUE(test::succeeds(found));
    Paths names;
    for (const TaskPath& path : *found) {
        EXPECT_EQ(path.file_system, "fs-1");
        names.push_back(path.path);
    }
    return names;
}

TaskRun run(std::uint32_t job) { return {{JobId{job}, 0, "1"}, job % 2 == 0}; }

TEST(StageTaskBatch, ItsPathsBeginBelowTheMount) {
    EXPECT_EQ(
        paths({out("/fsx/lab/a/", "s3://lab/data/a/"), out("/fsx/lab/b", "s3://lab/data/b"),
               out("/fsx/lab/c/d.dat", "s3://lab/data/c/"), out("/fsx/lab/", "s3://lab/data/")}),
        (Paths{"lab/a", "lab/b", "lab/c/d.dat", "lab"}));
}

TEST(StageTaskBatch, HasNothingThatIsNotLinkedOrLinkedOtherwise) {
    EXPECT_EQ(paths({out("/fsx/lab/a/", "s3://lab/data/b/"), out("/fsx/lab/a", "s3://home/a"),
                     out("/scratch/a", "s3://lab/data/a"), out("/fsx/other/a", "s3://other/a")}),
              Paths{});
}

TEST(StageTaskBatch, HasNoPathThatFsxRefuses) {
    EXPECT_TRUE(test::fails_with(
        task_paths({out("/fsx/lab/a\xe2\x80\xa8", "s3://lab/data/a\xe2\x80\xa8")}, links),
        Code::S102, "line end"));
}

TEST(StageTaskBatch, TakesAHundredPathsAndAPathOnce) {
    BatchMaker maker{"fs-1"};
    EXPECT_TRUE(maker.empty());
    for (std::uint32_t job = 1; job <= 100; ++job)
        EXPECT_TRUE(maker.add(run(job), {fmt::format("lab/{}", job)}));
    EXPECT_FALSE(maker.add(run(101), {"lab/101"}));
    EXPECT_TRUE(maker.add(run(102), {"lab/7"}));
    const TaskBatch batch = maker.made(1);
    EXPECT_EQ(batch.paths.size(), 100u);
    EXPECT_EQ(batch.runs.size(), 101u);
    EXPECT_NE(batch.token, maker.made(1).token);
    EXPECT_LE(batch.token.size(), 63u);
}

TEST(StageTaskBatch, IsKeptAsItIs) {
    test::TempFolder state;
    EXPECT_FALSE(read_batch(state.path(), "fs-1")->has_value());
    BatchMaker maker{"fs-1"};
    maker.add(run(4), {"lab/a"});
    TaskBatch batch = maker.made(7);
    batch.task = "task-1";
    batch.ended = true;
    batch.trouble = "FAILED";
    ASSERT_TRUE(test::succeeds(write_batch(state.path(), batch)));
    const auto kept = read_batch(state.path(), "fs-1");
    ASSERT_TRUE(kept && *kept);
    EXPECT_EQ((*kept)->token, batch.token);
    EXPECT_EQ((*kept)->task, "task-1");
    EXPECT_EQ((*kept)->paths, Paths{"lab/a"});
    EXPECT_EQ((*kept)->runs.front().run, run(4).run);
    EXPECT_TRUE((*kept)->runs.front().succeeded);
    EXPECT_TRUE((*kept)->ended);
    ASSERT_TRUE(test::succeeds(remove_batch(state.path(), "fs-1")));
    EXPECT_FALSE(read_batch(state.path(), "fs-1")->has_value());
}

TEST(StageTaskBatch, IsNotGuessedWhereItsFileIsSpoiled) {
    test::TempFolder state;
    state.write("stage/tasks/fs-1.json", "{\"schema\":\"fairlead.stage-task/1\",\"token\":");
    EXPECT_TRUE(test::fails_with(read_batch(state.path(), "fs-1"), Code::S131));
    state.write("stage/tasks/fs-1.json", "{\"schema\":\"fairlead.stage-task/1\",\"token\":7}");
    EXPECT_TRUE(test::fails_with(read_batch(state.path(), "fs-1"), Code::S131));
}

} // namespace stage_task_batch_test
} // namespace fairlead::stage
