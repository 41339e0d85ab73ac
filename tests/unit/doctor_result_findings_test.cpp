#include "doctor/result_findings.hpp"

#include <gtest/gtest.h>

namespace fairlead::doctor {
namespace doctor_result_findings_test {

TEST(DoctorResults, ThatWaitForTheirFirstExportAreWell) {
    const auto found = result_findings({{JobId{7}, 0, ""}}, {{"/fsx", 89, 1}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].health, Health::Good);
    EXPECT_EQ(found[0].what, "1 wait for their export");
}

TEST(DoctorResults, WhoseExportHasFailedAreAProblem) {
    const auto found = result_findings(
        {{JobId{7}, 0, ""}, {JobId{8}, 3, "S3 does not answer [FL-S112]"}, {JobId{9}, 1, "x"}}, {});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].health, Health::Problem);
    EXPECT_EQ(found[0].what, "the export of 2 of 3 results that wait has failed, of job 8 3 times: "
                             "S3 does not answer [FL-S112]");
}

TEST(DoctorResults, OnAFileSystemThatIsNearlyFullAreAProblem) {
    const auto found = result_findings({{JobId{7}, 0, ""}}, {{"/fsx", 90, 1}, {"/scratch", 5, 1}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].health, Health::Problem);
    EXPECT_EQ(found[0].what, "/fsx is 90 % full, and the results of 1 jobs wait there");
}

} // namespace doctor_result_findings_test
} // namespace fairlead::doctor
