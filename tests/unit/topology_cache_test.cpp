#include "topology/cache.hpp"

#include "expect_error.hpp"
#include "machines.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead::topology {
namespace topology_cache_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

const std::filesystem::path no_program = "/nonexistent/fairlead";

std::string name_of(const config::Config& config, const std::filesystem::path& run) {
    const auto machine = this_machine(config, run, no_program);
    return machine ? machine->name : to_string(machine.error());
}

/// A record of another machine, so that its use shows.
void plant(const TempFolder& run, mode_t mode, const RecordKey& key = current_key()) {
    run.write("machine.json", encode({key, test::recorded("p5.48xlarge")}));
    ASSERT_EQ(::chmod(record_file(run.path()).c_str(), mode), 0);
}

/// A program that prints a record, as `fairlead node topology` does.
std::filesystem::path program(const TempFolder& folder, std::string_view body) {
    const auto path = folder.write("program", fmt::format("#!/bin/sh\n{}\n", body));
    EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
    return path;
}

TEST(TopologyCache, IsRecordedForAllToRead) {
    const TempFolder folder;
    const auto run = folder / "a/run";
    const auto found = survey({}, {});
    ASSERT_TRUE(succeeds(found));
    ASSERT_TRUE(succeeds(record(*found, run)));
    EXPECT_EQ(test::mode_of(record_file(run)), 0644u);
    EXPECT_EQ(test::mode_of(xml_file(run)), 0644u);
    const auto from_hwloc = from_xml(xml_file(run));
    ASSERT_TRUE(succeeds(from_hwloc));
    EXPECT_EQ(from_hwloc->cpus, discover()->cpus);
    if (::geteuid() == 0) {
        EXPECT_EQ(recorded(run)->cpus, discover()->cpus);
    }
}

TEST(TopologyCache, CannotBeRecordedWhereNothingCanBeWritten) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(record({}, folder.write("file", "") / "run"), Code::X201));
}

TEST(TopologySurvey, IsOfThisMachineAndSaysWhetherSlurmWasAsked) {
    const auto found = survey({}, {});
    const auto discovered = discover();
    ASSERT_TRUE(succeeds(found));
    ASSERT_TRUE(succeeds(discovered));
    EXPECT_EQ(encode({{}, found->machine}), encode({{}, *discovered}));
    EXPECT_FALSE(found->slurm_asked);
    config::Config unasked;
    unasked.scontrol = "/nonexistent/scontrol";
    EXPECT_TRUE(survey(unasked, "n1")->slurm_asked);
}

TEST(TopologySurvey, TakesTheTopologyOfATest) {
    config::Config config;
    config.testing = config::Testing{{}, test::topology_file("hpc7a.96xlarge"), {}};
    EXPECT_EQ(survey(config, {})->machine.name, "hpc7a.96xlarge");
    config.testing = config::Testing{{}, "/none.xml", {}};
    EXPECT_TRUE(fails_with(survey(config, {}), Code::X101));
}

TEST(LibfabricOf, IsAskedOfAMachineWithEfaAlone) {
    const TempFolder root;
    const auto program = root.write("usr/bin/fi_info", "#!/bin/sh\necho libfabric: 2.1.0\n");
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    config::Config config;
    config.testing = config::Testing{};
    config.testing->sysfs_root = root.path();
    Machine machine = test::machine_of({2});
    EXPECT_EQ(libfabric_of(config, machine), "");
    machine.efas.push_back({.name = "rdmap49s0", .pci = "0000:31:00.0", .near = machine.cpus});
    EXPECT_EQ(libfabric_of(config, machine), "2.1.0");
}

class ThisMachine : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "writes files as root";
    }
    const TempFolder run;
};

TEST_F(ThisMachine, IsTheRecordThatOnlyRootCouldHaveWritten) {
    plant(run, 0644);
    EXPECT_EQ(name_of({}, run.path()), "p5.48xlarge");
}

TEST_F(ThisMachine, IsAskedOfTheProgramWhereThereIsNoRecord) {
    const TempFolder other;
    const auto printed = other.write("answer", encode({{}, test::recorded("hpc6a.48xlarge")}));
    const auto machine = this_machine(
        {}, run.path(), program(other, fmt::format("cat {} # $1 $2", printed.native())));
    ASSERT_TRUE(succeeds(machine));
    EXPECT_EQ(machine->name, "hpc6a.48xlarge");
}

TEST_F(ThisMachine, TheProgramKeepsHwlocsPluginsOutAndIsToldWhatToPrint) {
    const TempFolder other;
    const auto printed = other.write("answer", encode({{}, test::recorded("hpc6a.48xlarge")}));
    EXPECT_TRUE(succeeds(this_machine(
        {}, run.path(),
        program(other, fmt::format("[ \"$HWLOC_PLUGINS_PATH$*\" = '/nonexistentnode topology' ] && "
                                   "exec cat {}",
                                   printed.native())))));
}

TEST_F(ThisMachine, ARecordThatOthersCouldHaveWrittenIsNotUsed) {
    plant(run, 0666);
    EXPECT_TRUE(fails_with(this_machine({}, run.path(), no_program), Code::X110));
}

TEST_F(ThisMachine, AProgramThatPrintsRubbishOrFailsIsAnError) {
    const TempFolder other;
    for (const char* body : {"echo rubbish", "exit 1", "kill -SEGV $$"})
        EXPECT_TRUE(fails_with(this_machine({}, run.path(), program(other, body)), Code::P204,
                               "run `fairlead node scan` as root"))
            << body;
}

TEST_F(ThisMachine, AProgramThatOthersCouldHaveWrittenIsNotRun) {
    const TempFolder other;
    const auto path = program(other, "echo rubbish");
    ASSERT_EQ(::chmod(path.c_str(), 0777), 0);
    EXPECT_TRUE(fails_with(this_machine({}, run.path(), path), Code::X110));
}

TEST_F(ThisMachine, IsTheRecordedTopologyOfATest) {
    plant(run, 0644);
    config::Config config;
    config.testing = config::Testing{{}, test::topology_file("hpc7a.96xlarge"), {}};
    EXPECT_EQ(name_of(config, run.path()), "hpc7a.96xlarge");
}

TEST_F(ThisMachine, ATestWithoutItsTopologyFailsAndDoesNotGuess) {
    config::Config config;
    config.testing = config::Testing{{}, "/none.xml", {}};
    EXPECT_TRUE(fails_with(this_machine(config, run.path(), no_program), Code::X101));
}

} // namespace topology_cache_test
} // namespace fairlead::topology
