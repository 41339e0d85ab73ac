#include "stage/plan.hpp"

#include "expect_error.hpp"
#include "staging.hpp"

namespace fairlead::stage {
namespace stage_plan_test {

using test::copies;
using test::faults_with;

class StagePlan : public test::AsRoot {
  protected:
    Staged<std::vector<Item>> planned(const Copy& copy) {
        PlanWriter writer{staging->work.path()};
        if (auto made = plan_copy(copy, staging->lane, writer, *staging->report); !made)
            return std::unexpected(made.error());
        EXPECT_TRUE(test::succeeds(writer.finish()));
        std::vector<Item> items;
        PlanReader reader{staging->work.path()};
        while (auto item = reader.next())
            items.push_back(std::move(*item));
        std::ranges::sort(items, {}, [](const Item& item) { return item.destination.path; });
        return items;
    }
    std::string at(std::string_view name) const { return staging->user / name; }
};

TEST_F(StagePlan, APrefixIsAllThatLiesBelowItWithItsFolders) {
    for (const char* key : {"d/a", "d/b/c", "d/", "d/empty/", "e"})
        staging->bucket.put(key, std::string(key).ends_with('/') ? "" : "x");
    const auto items = planned({"s3://lab/d/", at("in")});
    ASSERT_TRUE(copies(items));
    ASSERT_EQ(items->size(), 3u);
    EXPECT_EQ((*items)[0].destination.path, at("in/a"));
    EXPECT_EQ((*items)[0].source.path, "d/a");
    EXPECT_EQ((*items)[1].destination.path, at("in/b/c"));
    EXPECT_TRUE((*items)[2].folder);
}

TEST_F(StagePlan, ASingleSourceGoesToAPathOrIntoAFolder) {
    staging->bucket.put("d/a", "x");
    EXPECT_EQ(planned({"s3://lab/d/a", at("new")})->front().destination.path, at("new"));
    EXPECT_EQ(planned({"s3://lab/d/a", at("new/")})->front().destination.path, at("new/a"));
    std::filesystem::create_directory(at("there"));
    EXPECT_EQ(planned({"s3://lab/d/a", at("there")})->front().destination.path, at("there/a"));
    staging->user.folder.write("file", "xyz");
    const auto up = planned({at("file"), "s3://lab/out/"});
    EXPECT_EQ(up->front().destination.path, "out/file");
    EXPECT_EQ(up->front().size, 3u);
}

TEST_F(StagePlan, ATreeIsItsFilesAndOurOwnTemporaryFilesAreNot) {
    staging->user.folder.write("out/a/b", "x");
    staging->user.folder.write("out/.fairlead-0123456789abcdef.part", "x");
    staging->user.folder.write("out/.fairlead-other.part", "x");
    std::filesystem::create_symlink("a", at("out/link"));
    const auto items = planned({at("out"), "s3://lab/r"});
    ASSERT_TRUE(copies(items));
    ASSERT_EQ(items->size(), 2u);
    EXPECT_EQ((*items)[0].destination.path, "r/.fairlead-other.part");
    EXPECT_EQ((*items)[1].destination.path, "r/a/b");
    EXPECT_EQ(staging->report->skipped(), 1);
    // Folders are made where there are folders.
    EXPECT_EQ(planned({at("out"), at("copy")})->size(), 3u);
}

TEST_F(StagePlan, OneBadKeyIsEnoughForNothingToBePlanned) {
    staging->bucket.put("d/a", "x");
    staging->bucket.put("d/../b", "x");
    EXPECT_TRUE(faults_with(planned({"s3://lab/d/", at("in")}), Code::S117));
    EXPECT_TRUE(faults_with(planned({"s3://lab/none/", at("in")}), Code::S110));
    EXPECT_TRUE(faults_with(planned({"s3://lab/none", at("in")}), Code::S110));
    EXPECT_TRUE(faults_with(planned({at("none"), "s3://lab/x"}), Code::S110));
    EXPECT_TRUE(faults_with(planned({"/dev/null", "s3://lab/x"}), Code::S118));
    EXPECT_TRUE(faults_with(planned({"s3://lab/d/a", "s3://lab/b"}), Code::S124));
    EXPECT_TRUE(faults_with(planned({"s3://lab/d/a", "/a/../b"}), Code::S102));
}

TEST(StagePlanNames, ATemporaryNameIsOursAndNewEachTime) {
    const std::string name = new_temporary_name();
    EXPECT_TRUE(is_temporary_name(name));
    EXPECT_NE(new_temporary_name(), name);
    for (const char* other : {"", ".fairlead-.part", ".fairlead-0123456789abcdeg.part",
                              ".fairlead-0123456789abcdef.part2", "x"})
        EXPECT_FALSE(is_temporary_name(other)) << other;
}

} // namespace stage_plan_test
} // namespace fairlead::stage
