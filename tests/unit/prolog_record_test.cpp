#include "prolog/record.hpp"

#include "base/boot.hpp"
#include "state/record.hpp"
#include "topology/machine_record.hpp"
#include "topology/recorded.hpp"

#include "machines.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead::prolog {
namespace prolog_record_test {

using test::content_of;
using test::TempFolder;

const Deadline plenty{std::chrono::hours(24)}; // begins with the program
const std::vector<fabric::EfaDevice> two{{"rdmap49s0", "0000:31:00.0"},
                                         {"rdmap161s0", "0000:a1:00.0"}};

/// A `fairlead` that notes how it was called, then does `body` with $RUN as its run folder.
class Recording : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "trusts what root wrote";
        std::filesystem::create_directories(here.run);
        say("");
    }

    void say(const std::string& body) const {
        folder.write("fairlead", "#!/bin/sh\nRUN=" + here.run.native() + "\necho \"$*\" >> " +
                                     (folder / "calls").native() + "\nenv > " +
                                     (folder / "environment").native() + "\n" + body + "\n");
        std::filesystem::permissions(here.program, std::filesystem::perms::owner_all);
    }
    std::string calls() const { return content_of(folder / "calls"); }

    state::NodeRecord record_with(std::vector<fabric::EfaDevice> devices) const {
        return {.node = "n1", .boot_id = boot_id(), .efa = std::move(devices)};
    }
    /// What a scan that works leaves.
    void leaves(const state::NodeRecord& record) const {
        folder.write("scanned.json", state::encode(record));
        say("cp " + (folder / "scanned.json").native() + " $RUN/node.json");
    }
    void plant_topology(bool slurm_asked) const {
        folder.write("run/machine.json",
                     topology::encode(
                         {topology::current_key(), test::recorded("p5.48xlarge"), slurm_asked}));
    }
    std::optional<state::NodeRecord> node_record_of(const Deadline& deadline = plenty) const {
        return node_record({"/etc/x.yaml"}, "n1", {two}, deadline, here);
    }
    void needs_metadata() const {
        EXPECT_TRUE(node_record({"/etc/x.yaml"}, "n1", {two, true}, plenty, here));
    }

    const TempFolder folder;
    const Installation here{folder / "run", folder / "fairlead", "/nonexistent"};
};

using RecordConfig = Recording;

TEST_F(RecordConfig, IsWrittenOnceForTheSameText) {
    const auto yaml = folder.write("x.yaml", "schema: fairlead.config/1\n");
    record_config({yaml.c_str()}, here);
    struct stat first{}, again{};
    ASSERT_EQ(::stat((here.run / "config.json").c_str(), &first), 0);
    record_config({yaml.c_str()}, here);
    ASSERT_EQ(::stat((here.run / "config.json").c_str(), &again), 0);
    EXPECT_EQ(first.st_ino, again.st_ino);
}

TEST_F(RecordConfig, ThatCannotBeReadLeavesNothing) {
    const auto yaml = folder.write("x.yaml", "schema: fairlead.config/1\nnonsense: 1\n");
    for (const char* path : {yaml.c_str(), "/nonexistent.yaml"}) {
        record_config({path}, here);
        EXPECT_FALSE(std::filesystem::exists(here.run / "config.json")) << path;
    }
}

using RecordTopology = Recording;

TEST_F(RecordTopology, IsMadeByFairleadWithItsOwnEnvironment) {
    ASSERT_EQ(::setenv("FAIRLEAD_UNIT_TEST_SECRET", "x", 1), 0);
    record_topology({"/etc/x.yaml"}, "n1", plenty, here);
    ::unsetenv("FAIRLEAD_UNIT_TEST_SECRET");
    EXPECT_EQ(calls(), "--config /etc/x.yaml node topology --record --node n1\n");
    const std::string environment = content_of(folder / "environment");
    EXPECT_NE(environment.find("HWLOC_PLUGINS_PATH=/nonexistent\n"), std::string::npos);
    EXPECT_EQ(environment.find("SECRET"), std::string::npos);
}

TEST_F(RecordTopology, OfThisBootIsNotMadeAgainOnceSlurmWasAsked) {
    plant_topology(true);
    record_topology({}, "n1", plenty, here);
    EXPECT_EQ(calls(), "");
    plant_topology(false);
    record_topology({}, "n1", plenty, here);
    EXPECT_EQ(calls(), "--config /etc/fairlead/fairlead.yaml node topology --record --node n1\n");
}

TEST_F(RecordTopology, IsNotMadeByAProgramThatOthersCouldHaveWritten) {
    std::filesystem::permissions(here.program, std::filesystem::perms::all);
    record_topology({}, "n1", plenty, here);
    EXPECT_EQ(calls(), "");
}

TEST_F(RecordTopology, IsNotMadeWithoutTheProgramOrWithoutTime) {
    record_topology({}, "n1", Deadline{std::chrono::seconds(0)}, here);
    EXPECT_EQ(calls(), "");
    std::filesystem::remove(here.program);
    record_topology({}, "n1", plenty, here);
    EXPECT_EQ(calls(), "");
}

using RecordOfTheNode = Recording;

TEST_F(RecordOfTheNode, OfThisBootIsReadAndNothingIsRun) {
    folder.write("run/node.json", state::encode(record_with(two)));
    const auto record = node_record_of();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->efa, two);
    EXPECT_EQ(calls(), "");
}

TEST_F(RecordOfTheNode, IsScannedWhereThereIsNone) {
    leaves(record_with(two));
    const auto record = node_record_of();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->node, "n1");
    EXPECT_EQ(calls(), "--config /etc/x.yaml node scan --node n1\n");
}

TEST_F(RecordOfTheNode, OfOtherDevicesOrOfAnotherBootIsScannedAnew) {
    auto of_another_boot = record_with(two);
    of_another_boot.boot_id = "another";
    for (const auto& stale : {record_with({two.front()}), of_another_boot}) {
        leaves(record_with(two));
        folder.write("run/node.json", state::encode(stale));
        ASSERT_TRUE(node_record_of());
    }
    EXPECT_EQ(calls(), "--config /etc/x.yaml node scan --node n1\n"
                       "--config /etc/x.yaml node scan --node n1\n");
}

TEST_F(RecordOfTheNode, WithoutMetadataIsScannedAnewOnceAMinuteForAJobThatNeedsIt) {
    auto stale = record_with(two);
    stale.scanned = "2026-01-01T00:00:00Z";
    folder.write("run/node.json", state::encode(stale));
    auto fresh = stale;
    fresh.scanned = state::utc_now();
    leaves(fresh);
    EXPECT_TRUE(node_record_of());
    EXPECT_EQ(calls(), ""); // for the others it is good enough
    needs_metadata();
    needs_metadata();
    EXPECT_EQ(calls(), "--config /etc/x.yaml node scan --node n1\n");
    stale.facts.placement_group = ""; // it answered: in none
    folder.write("run/node.json", state::encode(stale));
    needs_metadata();
    EXPECT_EQ(calls(), "--config /etc/x.yaml node scan --node n1\n");
}

TEST_F(RecordOfTheNode, WhereAnotherLibfabricWasInstalledIsScannedAnew) {
    auto stale = record_with(two);
    stale.probe.emplace();
    stale.probe->library = folder.write("libfabric.so.1", "");
    stale.probe->modified = 1;
    folder.write("run/node.json", state::encode(stale));
    leaves(record_with(two));
    const auto record = node_record_of();
    ASSERT_TRUE(record);
    EXPECT_FALSE(record->probe);
}

TEST_F(RecordOfTheNode, IsNoneWhereTheScanFailsOrShowsOtherDevices) {
    for (const char* body : {"exit 1", "kill -SEGV $$", "echo rubbish > $RUN/node.json"}) {
        say(body);
        EXPECT_FALSE(node_record_of()) << body;
    }
    leaves(record_with({two.front()}));
    EXPECT_FALSE(node_record_of());
}

TEST_F(RecordOfTheNode, IsNoneWhereTheScanHangs) {
    using namespace std::chrono_literals;
    say("exec sleep 600");
    EXPECT_FALSE(node_record_of(Deadline{4100ms})); // of which 4 s are kept for acting
}

} // namespace prolog_record_test
} // namespace fairlead::prolog
