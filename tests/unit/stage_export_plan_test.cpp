#include "expect_error.hpp"
#include "stage/export_plan.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_export_plan_test {

using test::fails_with;

TEST(StageExportPlan, ThatIsGoneOrDamagedIsNone) {
    const test::TempFolder folder;
    EXPECT_TRUE(fails_with(read_plan(folder / "none"), Code::X101));
    EXPECT_TRUE(fails_with(read_plan(folder.write("a", "")), Code::S131));
    EXPECT_TRUE(fails_with(read_plan(folder.write("a", R"({"schema":"fairlead.stage-plan/1"})")),
                           Code::S131));
    const std::string request =
        R"("request":"{\"schema\":\"fairlead.staging/1\",\"id\":\"1\",\"transfers\":[]}")";
    EXPECT_TRUE(
        fails_with(read_plan(folder.write("a", R"({"schema":"fairlead.stage-plan/1","job":"x",)" +
                                                   request + "}")),
                   Code::S131));
}

TEST(StageExportPlan, IsRootsAlone) {
    const test::TempFolder folder;
    const ExportPlan plan{{JobId{7}, 0, "1"}, "c", {2001, 2001, {}}, {}};
    ASSERT_TRUE(test::succeeds(make_places(folder.path(), plan.run.job)));
    ASSERT_TRUE(test::succeeds(write_plan(folder.path(), plan)));
    EXPECT_EQ(test::mode_of(plan_file(folder.path(), plan.run)), 0600U);
}

} // namespace stage_export_plan_test
} // namespace fairlead::stage
