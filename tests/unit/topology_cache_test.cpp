#include "topology/cache.hpp"

#include "expect_error.hpp"
#include "machines.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead::topology {
namespace {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

std::string name_of(const config::Config& config, const std::filesystem::path& run) {
    const auto machine = this_machine(config, run);
    return machine ? machine->name : to_string(machine.error());
}

/// A recorded topology of another machine, so that its use shows.
void plant_cache(const TempFolder& run, mode_t mode) {
    run.write("topology.xml", test::content_of(test::topology_file("p5.48xlarge")));
    ASSERT_EQ(::chmod(cache_file(run.path()).c_str(), mode), 0);
}

TEST(TopologyCache, IsRecordedForAllToRead) {
    const TempFolder folder;
    const auto run = folder / "a/run";
    ASSERT_TRUE(succeeds(record(run)));
    EXPECT_EQ(test::mode_of(cache_file(run)), 0644u);
    const auto recorded = from_xml(run / "topology.xml");
    ASSERT_TRUE(succeeds(recorded));
    EXPECT_EQ(recorded->cpus, discover()->cpus);
}

TEST(TopologyCache, CannotBeRecordedWhereNothingCanBeWritten) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(record(folder.write("file", "") / "run"), Code::X201));
}

TEST(ThisMachine, IsTheCacheThatOnlyRootCouldHaveWritten) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "writes a file as root";
    const TempFolder run;
    plant_cache(run, 0644);
    EXPECT_EQ(name_of({}, run.path()), "p5.48xlarge");
}

TEST(ThisMachine, IsDiscoveredWhereTheCacheIsNotTrusted) {
    const TempFolder run;
    plant_cache(run, 0666);
    EXPECT_EQ(name_of({}, run.path()), discover()->name);
    EXPECT_NE(name_of({}, run.path()), "p5.48xlarge");
}

TEST(ThisMachine, IsDiscoveredWhereTheCacheIsDamagedOrMissing) {
    const TempFolder run;
    EXPECT_EQ(name_of({}, run.path()), discover()->name);
    run.write("topology.xml", "rubbish");
    EXPECT_EQ(name_of({}, run.path()), discover()->name);
}

TEST(ThisMachine, IsTheRecordedOneOfATest) {
    const TempFolder run;
    plant_cache(run, 0644);
    config::Config config;
    config.testing = config::Testing{{}, test::topology_file("hpc7a.96xlarge"), {}};
    EXPECT_EQ(name_of(config, run.path()), "hpc7a.96xlarge");
}

TEST(ThisMachine, ATestWithoutItsTopologyFailsAndDoesNotGuess) {
    const TempFolder run;
    config::Config config;
    config.testing = config::Testing{{}, "/none.xml", {}};
    EXPECT_TRUE(fails_with(this_machine(config, run.path()), Code::X101));
}

} // namespace
} // namespace fairlead::topology
