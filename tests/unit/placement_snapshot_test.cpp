#include "placement/snapshot.hpp"

#include "expect_error.hpp"
#include "networks.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fairlead::placement {
namespace placement_snapshot_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

Result<Snapshot> decoded(const std::string& nodes) {
    return decode_snapshot(R"({"schema":"fairlead.network/1","nodes":)" + nodes + "}",
                           "topology.json");
}

TEST(Snapshot, ReadsBackWhatWasWritten) {
    const Snapshot snapshot = test::two_zones();
    EXPECT_EQ(decode_snapshot(encode(snapshot), "it"), snapshot);
    EXPECT_EQ(decode_snapshot(encode(Snapshot{}), "it"), Snapshot{});
    Snapshot without{"", "us-east-2", {}};
    without.nodes["n1"] = test::without_topology();
    without.nodes["n2"] = test::without_topology("");
    without.nodes["n2"].lifecycle = "capacity-block";
    EXPECT_EQ(decode_snapshot(encode(without), "it"), without);
}

TEST(Snapshot, RefusesWhatSlurmCouldNotBeTold) {
    for (const std::string& path : std::vector<std::string>{
             R"(["nn-a\nSwitchName=x"])", R"(["nn-a b"])", R"(["zone-use2-az1"])",
             R"(["nn-a_direct"])", R"(["nn-a,nn-b"])", "[5]", R"([""])", R"(["nn-[1-9]"])",
             R"(["nn-)" + std::string(60, 'a') + R"("])",
             R"(["nn-1","nn-2","nn-3","nn-4","nn-5","nn-6","nn-7","nn-8","nn-9"])"})
        EXPECT_TRUE(fails_with(decoded(R"([{"node":"n1","network_nodes":)" + path + "}]"),
                               Code::X203, "'n1'"))
            << path;
    for (const std::string& entry : std::vector<std::string>{
             R"({"node":"n[1-9]"})", R"({"node":""})", "{}", "5", R"({"node":"n 1"})",
             R"({"node":"n1","availability_zone":"a b"})",
             R"({"node":"n1","availability_zone_id":"use2 az1"})",
             R"({"node":"n1","placement_group":")" + std::string(300, 'x') + R"("})"})
        EXPECT_TRUE(fails_with(decoded("[" + entry + "]"), Code::X203)) << entry;
    for (const std::string nodes : {"5", "{}", "null"})
        EXPECT_TRUE(fails_with(decoded(nodes), Code::X203)) << nodes;
    EXPECT_TRUE(fails_with(decode_snapshot("rubbish", "it"), Code::X203));
    EXPECT_TRUE(
        fails_with(decode_snapshot(R"({"schema":"fairlead.network/3"})", "it"), Code::X202));
}

TEST(Snapshot, KeepsToWhatItKnowsOfTheNextRelease) {
    const auto snapshot = decode_snapshot(
        R"({"schema":"fairlead.network/2","new":1,"nodes":[{"node":"n1","new":[],"strategy":5}]})",
        "it");
    ASSERT_TRUE(succeeds(snapshot));
    EXPECT_EQ(snapshot->nodes.at("n1"), Place{});
}

TEST(Snapshot, NoneYetSaysWhatToRun) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(read_snapshot(folder / "topology.json"), Code::X210,
                           "fairlead topology refresh"));
}

TEST(Snapshot, ARefreshOfSomeNodesKeepsTheOthers) {
    const TempFolder folder;
    const auto file = folder / "topology.json";
    const Snapshot whole = test::two_zones();
    ASSERT_TRUE(succeeds(merge_into(file, whole)));
    Snapshot update{"2026-11-21T10:00:00Z", "us-east-2", {}};
    update.nodes["n1"] = test::place({"nn-a1", "nn-a2x2", "nn-a3x3"});
    update.nodes["n9"] = test::place({"nn-c1"});
    const auto merged = merge_into(file, update);
    ASSERT_TRUE(succeeds(merged));
    EXPECT_EQ(read_snapshot(file), *merged);
    EXPECT_EQ(merged->taken, update.taken);
    EXPECT_EQ(merged->nodes.at("n1"), update.nodes.at("n1"));
    EXPECT_EQ(merged->nodes.at("n2"), whole.nodes.at("n2"));
    EXPECT_EQ(merged->nodes.size(), whole.nodes.size() + 1);
    EXPECT_EQ(test::mode_of(file), 0644u);
}

TEST(Snapshot, AnotherRegionOrADamagedFileIsBegunAnew) {
    const TempFolder folder;
    const auto file = folder.write("topology.json", "rubbish");
    Snapshot update = test::two_zones();
    EXPECT_EQ(merge_into(file, update), update);
    update.region = "eu-west-1";
    update.nodes.erase("n1");
    EXPECT_EQ(merge_into(file, update), update);
}

TEST(Snapshot, ProcessesThatRefreshAtTheSameTimeLoseNothing) {
    constexpr int processes = 6, times = 10;
    const TempFolder folder;
    const auto file = folder / "topology.json";
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            bool fine = true;
            for (int k = 0; k < times; ++k) {
                Snapshot update{"", "us-east-2", {}};
                update.nodes["n" + std::to_string(i * times + k)] = test::place({"nn-a"});
                fine &= merge_into(file, update).has_value();
            }
            ::_exit(fine ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(read_snapshot(file)->nodes.size(), std::size_t{processes} * times);
}

TEST(Snapshot, SaysWhenItCannotBeWritten) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(merge_into(folder / "none/topology.json", {}), Code::X201));
}

TEST(Snapshot, ANodeThatIsAnotherInstanceByNowLosesItsPlace) {
    const Snapshot now =
        current(test::two_zones(), {{"n1", "i-0fedcba9876543210"}, {"n2", "i-0123456789abcdef0"}});
    EXPECT_FALSE(now.nodes.contains("n1"));
    EXPECT_TRUE(now.nodes.contains("n2"));
    EXPECT_TRUE(now.nodes.contains("n3"));
}

state::NodeRecord record(const std::string& node, const std::string& instance) {
    state::NodeRecord record{};
    record.node = node;
    record.instance = {"m5.large", instance};
    record.facts.availability_zone = "us-east-2b";
    return record;
}

aws::InstanceTopology answer(const std::string& instance) {
    return {.id = instance,
            .type = "hpc7a.96xlarge",
            .group = "pg-a",
            .network_nodes = {"nn-1", "nn-2"},
            .zone = "us-east-2a",
            .zone_id = "use2-az1",
            .capacity_block = ""};
}

TEST(Snapshot, JoinsRecordsAnswersAndGroups) {
    const std::vector records{record("n1", "i-01"), record("n2", "i-02")};
    const std::vector answers{answer("i-02"), answer("i-03")};
    const std::vector<aws::PlacementGroup> groups{{"pg-b", "spread", "available"},
                                                  {"pg-a", "cluster", "available"}};
    const auto snapshot = snapshot_of(records, answers, groups, "us-east-2");
    ASSERT_TRUE(succeeds(snapshot));
    EXPECT_EQ(snapshot->region, "us-east-2");
    EXPECT_EQ(snapshot->nodes.size(), 2u);
    Place expected = test::place({"nn-1", "nn-2"});
    expected.instance = "i-02";
    EXPECT_EQ(snapshot->nodes.at("n2"), expected);
    EXPECT_EQ(snapshot->nodes.at("n1"),
              (Place{.instance = "i-01", .type = "m5.large", .zone = "us-east-2b"}));
}

TEST(Snapshot, AnInstanceWithoutATopologyKeepsWhatItRecorded) {
    std::vector records{record("n1", "i-01"), record("n2", "i-02"), record("n3", "i-03")};
    records[0].facts.placement_group = "pg-a";
    records[0].facts.lifecycle = "spot";
    records[1].facts.placement_group = "pg-p";
    records[1].facts.partition_number = 3;
    records[2].facts.placement_group = "";
    records[2].facts.partition_number = 0;
    const std::vector<aws::PlacementGroup> groups{{"pg-a", "cluster", "available"}};
    const auto snapshot = snapshot_of(records, {}, groups, "us-east-2");
    ASSERT_TRUE(succeeds(snapshot));
    EXPECT_EQ(snapshot->nodes.at("n1"), (Place{.instance = "i-01",
                                               .type = "m5.large",
                                               .group = "pg-a",
                                               .strategy = "cluster",
                                               .zone = "us-east-2b",
                                               .lifecycle = "spot"}));
    EXPECT_EQ(snapshot->nodes.at("n2").strategy, "partition");
    EXPECT_EQ(snapshot->nodes.at("n3").group, "");
    EXPECT_EQ(snapshot->nodes.at("n3").strategy, "");
}

// It must not keep the places of all other nodes from being known.
TEST(Snapshot, ARecordWithAnUnlikelyGroupIsWithoutOne) {
    auto hostile = record("n1", "i-01");
    hostile.facts.placement_group = hostile.facts.lifecycle = std::string(300, 'x');
    const auto snapshot = snapshot_of(std::vector{hostile}, {}, {}, "us-east-2");
    ASSERT_TRUE(succeeds(snapshot));
    EXPECT_EQ(snapshot->nodes.at("n1").group, std::nullopt);
    EXPECT_EQ(snapshot->nodes.at("n1").lifecycle, "");
}

TEST(Snapshot, AnAnswerOfEc2ThatNamesNoNetworkNodeIsRefused) {
    auto hostile = answer("i-01");
    hostile.network_nodes = {"nn-1 Nodes=ALL"};
    EXPECT_TRUE(fails_with(
        snapshot_of(std::vector{record("n1", "i-01")}, std::vector{hostile}, {}, "us-east-2"),
        Code::X208, "i-01"));
}

} // namespace placement_snapshot_test
} // namespace fairlead::placement
