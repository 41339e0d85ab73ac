#include "stage/stage.hpp"

#include "expect_error.hpp"
#include "staged_user.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_stage_test {

using test::content_of;
using test::succeeds;
using test::TempFolder;

/// A user's folder and a work folder, and copies between files, which need no network.
class StageStage : public testing::Test {
  protected:
    void SetUp() override {
        if (!test::is_root())
            GTEST_SKIP() << "needs root";
        ASSERT_EQ(::chown(home.path().c_str(), test::staged_uid, test::staged_uid), 0);
    }

    std::string at(std::string_view name) const { return (home / name).native(); }

    void write(std::string_view name, std::string_view content) const {
        const auto path = home.write(name, content);
        for (auto step = path; step != home.path(); step = step.parent_path())
            ASSERT_EQ(::chown(step.c_str(), test::staged_uid, test::staged_uid), 0);
    }

    /// As the prolog of a job whose data came in before.
    Result<StageResult> look(std::vector<Copy> copies) const {
        const JobFile request{.cluster = "c",
                              .job = 1,
                              .epoch = 2,
                              .uid = test::staged_uid,
                              .gid = test::staged_uid,
                              .deadline = 60,
                              .transfers = std::move(copies),
                              .staged = true};
        return stage(request, work.path(), {}, FAIRLEAD_STAGE_PROGRAM);
    }

    Result<StageResult> run(std::vector<Copy> copies, std::int64_t deadline = 60) const {
        const JobFile request{.cluster = "c",
                              .job = 1,
                              .epoch = 1,
                              .uid = test::staged_uid,
                              .gid = test::staged_uid,
                              .deadline = deadline,
                              .transfers = std::move(copies)};
        return stage(request, work.path(), {}, FAIRLEAD_STAGE_PROGRAM);
    }

    TempFolder home, work;
};

TEST_F(StageStage, CopiesTreesAndFilesAndSaysSo) {
    write("from/a/b", "bee");
    write("from/c", "sea");
    write("one", "1");
    const auto result = run({{at("from/"), at("to")}, {at("one"), at("new/two"), Check::Size}});
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(result->outcome, Outcome::Done) << result->message;
    EXPECT_EQ(result->files, 3);
    EXPECT_EQ(result->bytes, 7);
    EXPECT_EQ(content_of(at("to/a/b")), "bee");
    EXPECT_EQ(content_of(at("to/c")), "sea");
    EXPECT_EQ(content_of(at("new/two")), "1");
    EXPECT_EQ(decode_stage_result(content_of(work / "result.json"), "x"), *result);
}

TEST_F(StageStage, WhatWasStagedBeforeAndIsThereIsNotCopiedAgain) {
    write("from/a", "bee");
    write("from/b", "sea");
    const std::vector<Copy> copies{{at("from/"), at("to")}};
    ASSERT_TRUE(succeeds(run(copies)));
    std::filesystem::remove_all(at("from")); // nothing is asked of the source
    const auto there = look(copies);
    ASSERT_TRUE(succeeds(there));
    EXPECT_EQ(there->outcome, Outcome::Done) << there->message;
    EXPECT_EQ(there->files, 2);
    EXPECT_EQ(there->bytes, 6);
    EXPECT_NE(content_of(work / "manifest").find("to/a"), std::string::npos);
}

TEST_F(StageStage, WhatWasStagedBeforeAndIsAnotherIsCopiedAgain) {
    write("from/a", "bee");
    const std::vector<Copy> copies{{at("from/"), at("to")}};
    for (const auto& spoil : {+[](const std::string& file) { std::filesystem::remove(file); },
                              +[](const std::string& file) { std::ofstream(file) << "pea"; }}) {
        ASSERT_TRUE(succeeds(run(copies)));
        spoil(at("to/a"));
        const auto again = look(copies);
        ASSERT_TRUE(succeeds(again));
        EXPECT_EQ(again->outcome, Outcome::Done) << again->message;
        EXPECT_EQ(content_of(at("to/a")), "bee");
    }
}

TEST_F(StageStage, ManySmallFilesOnManyLanes) {
    for (int i = 0; i < 300; ++i)
        write("from/" + std::to_string(i % 7) + "/" + std::to_string(i), std::to_string(i));
    const auto result = run({{at("from"), at("to")}});
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(result->files, 300);
    for (int i = 0; i < 300; ++i)
        EXPECT_EQ(content_of(at("to/" + std::to_string(i % 7) + "/" + std::to_string(i))),
                  std::to_string(i));
}

TEST_F(StageStage, TheFirstFaultIsTheResultAndNothingOfTheFaultyIsLeft) {
    write("from/a", "x");
    ASSERT_EQ(::mkfifo(at("in-the-way").c_str(), 0600), 0);
    const auto result = run({{at("from/a"), at("in-the-way")}});
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(result->outcome, Outcome::DataFault);
    EXPECT_EQ(result->code, "FL-S118");
    const auto missing = run({{at("none"), at("x")}});
    EXPECT_EQ(missing->code, "FL-S110");
    EXPECT_EQ(test::entries_in(home.path()), 2u);
}

TEST_F(StageStage, APlaceThatIsNoneIsTheRequestsFault) {
    const auto result = run({{at("../x"), at("y")}});
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(result->code, "FL-S102");
}

TEST_F(StageStage, AFileThatIsReplacedIsCopiedAgain) {
    write("from", "old");
    ASSERT_TRUE(succeeds(run({{at("from"), at("to")}})));
    write("from", "newer");
    const auto result = run({{at("from"), at("to")}});
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(content_of(at("to")), "newer");
}

} // namespace stage_stage_test
} // namespace fairlead::stage
