#include "doctor/staging_findings.hpp"

#include <gtest/gtest.h>

namespace fairlead::doctor {
namespace doctor_staging_findings_test {

const Needs stages{.staging = 1500};

TEST(DoctorStaging, AdvisesToNameTheSitesFileSystems) {
    const auto found = staging_findings({}, stages);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].health, Health::Advice);
    EXPECT_TRUE(found[0].fix.contains("staging.file_systems")) << found[0].fix;
    const auto named = staging_findings({.file_systems = {"/fsx"}}, stages);
    ASSERT_EQ(named.size(), 1U);
    EXPECT_EQ(named[0].health, Health::Good);
    EXPECT_EQ(named[0].what, "the site's own file systems: /fsx");
}

TEST(DoctorStaging, CallsAShortStallAProblem) {
    const auto found = staging_findings({.file_systems = {"/fsx"}, .stall = 5}, stages);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].health, Health::Problem);
    EXPECT_EQ(found[1].code, Code::X106);
}

TEST(DoctorStaging, SaysNothingWhereNothingIsStaged) {
    EXPECT_TRUE(staging_findings({.stall = 5}, {}).empty());
}

} // namespace doctor_staging_findings_test
} // namespace fairlead::doctor
