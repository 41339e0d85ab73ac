#include "base/env.hpp"

#include <gtest/gtest.h>

namespace fairlead {
namespace base_env_test {

TEST(EnvView, GivesTheValueBehindTheFirstEqualsSign) {
    const char* const entries[] = {"HOME=/root", "OPTIONS=a=b=c", nullptr};
    EXPECT_EQ(EnvView{entries}.get("HOME"), "/root");
    EXPECT_EQ(EnvView{entries}.get("OPTIONS"), "a=b=c");
}

TEST(EnvView, TheFirstOfTwoEntriesCounts) {
    const char* const entries[] = {"A=1", "A=2", nullptr};
    EXPECT_EQ(EnvView{entries}.get("A"), "1");
}

TEST(EnvView, AnEmptyValueIsNotAMissingOne) {
    const char* const entries[] = {"A=", nullptr};
    EXPECT_EQ(EnvView{entries}.get("A"), "");
    EXPECT_EQ(EnvView{entries}.get("B"), std::nullopt);
}

TEST(EnvView, NeitherAPrefixNorALongerNameMatches) {
    const char* const entries[] = {"SLURM_JOB_ID=7", "SLURM", nullptr};
    EXPECT_EQ(EnvView{entries}.get("SLURM_JOB"), std::nullopt);
    EXPECT_EQ(EnvView{entries}.get("SLURM_JOB_ID_X"), std::nullopt);
    EXPECT_EQ(EnvView{entries}.get("SLURM"), std::nullopt);
}

TEST(EnvView, NamesAreCaseSensitive) {
    const char* const entries[] = {"Path=/bin", nullptr};
    EXPECT_EQ(EnvView{entries}.get("PATH"), std::nullopt);
}

TEST(EnvView, NoEnvironmentHasNothing) {
    const char* const entries[] = {nullptr};
    EXPECT_EQ(EnvView{entries}.get("A"), std::nullopt);
    EXPECT_EQ(EnvView{nullptr}.get("A"), std::nullopt);
}

} // namespace base_env_test
} // namespace fairlead
