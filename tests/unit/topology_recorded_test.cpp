#include "topology/recorded.hpp"

#include "expect_error.hpp"
#include "machines.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fairlead::topology {
namespace topology_recorded_test {

using test::fails_with;
using test::succeeds;

class RecordedTopology : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "writes files as root";
    }
    void plant(const RecordKey& key, bool slurm_asked = false) {
        run.write("machine.json", encode({key, test::recorded("p5.48xlarge"), slurm_asked}));
    }
    const test::TempFolder run;
};

TEST_F(RecordedTopology, IsTheRecordThatOnlyRootCouldHaveWritten) {
    plant(current_key(), true);
    const auto record = read_record(run.path());
    ASSERT_TRUE(succeeds(record));
    EXPECT_EQ(record->machine.name, "p5.48xlarge");
    EXPECT_TRUE(record->slurm_asked);
    EXPECT_EQ(recorded(run.path())->cpus, test::recorded("p5.48xlarge").cpus);
}

TEST_F(RecordedTopology, OneThatOthersCouldHaveWrittenIsNotUsed) {
    plant(current_key());
    ASSERT_EQ(::chmod(record_file(run.path()).c_str(), 0666), 0);
    EXPECT_TRUE(fails_with(recorded(run.path()), Code::X110));
}

TEST_F(RecordedTopology, OneOfAnotherBootOrAnotherHwlocIsNotUsed) {
    plant({"another boot", current_key().hwloc});
    EXPECT_TRUE(fails_with(recorded(run.path()), Code::P204, "another boot"));
    plant({current_key().boot_id, "1.0.0"});
    EXPECT_TRUE(fails_with(recorded(run.path()), Code::P204));
}

TEST_F(RecordedTopology, ADamagedOneIsNotUsed) {
    run.write("machine.json", "rubbish");
    EXPECT_TRUE(fails_with(recorded(run.path()), Code::P204, "is damaged"));
}

} // namespace topology_recorded_test
} // namespace fairlead::topology
