#include "placement/ask_slurm.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace fairlead::placement {
namespace placement_ask_slurm_test {

using test::fails_with;
using test::TempFolder;

TEST(AskSlurm, ACommandThatIsNotThereDoesNotAnswer) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(ask_cluster(folder / "scontrol"), Code::X211, "scontrol"));
    EXPECT_TRUE(fails_with(ask_jobs(folder / "scontrol"), Code::X211, "squeue"));
}

TEST(AskSlurm, ACommandThatOthersMayWriteIsNotRun) {
    const TempFolder folder;
    const auto scontrol = folder.write("scontrol", "#!/bin/sh\n: >\"${0%/*}/ran\"\n");
    ASSERT_EQ(::chmod(scontrol.c_str(), 0777), 0);
    EXPECT_TRUE(fails_with(reconfigure(scontrol), Code::X211));
    EXPECT_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST(AskSlurm, ACommandThatFailsIsNamed) {
    EXPECT_TRUE(fails_with(ask_settings("/bin/false"), Code::X211,
                           "/bin/false show config` failed with status 1"));
}

} // namespace placement_ask_slurm_test
} // namespace fairlead::placement
