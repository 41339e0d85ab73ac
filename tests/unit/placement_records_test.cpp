#include "placement/records.hpp"

#include "networks.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::placement {
namespace placement_records_test {

using test::TempFolder;
using Names = std::vector<std::string>;

void put(const TempFolder& folder, const std::string& node, const std::string& instance) {
    folder.write("nodes/" + node + ".json", R"({"schema":"fairlead.node/1","node":")" + node +
                                                R"(","instance_id":")" + instance +
                                                R"(","instance_type":"hpc7a.96xlarge"})");
}

TEST(Records, SayWhichInstanceEachNodeIs) {
    const TempFolder folder;
    put(folder, "n2", "i-0123456789abcdef2");
    put(folder, "n1", "i-0123456789abcdef1");
    const Records records = read_records(folder.path());
    EXPECT_EQ(instances_of(records),
              (Instances{{"n1", "i-0123456789abcdef1"}, {"n2", "i-0123456789abcdef2"}}));
    EXPECT_TRUE(records.without.empty());
    EXPECT_EQ(records.records.front().node, "n1");
}

TEST(Records, NodesThatLeftNoneAreNamed) {
    const TempFolder folder;
    put(folder, "n1", "i-0123456789abcdef1");
    put(folder, "n2", "");
    put(folder, "n3", "i-0123/../x");
    folder.write("nodes/n4.json", "rubbish");
    folder.write("secret.json", "{}");
    const Records records =
        read_records(folder.path(), {"n1", "n2", "n3", "n4", "n5", "../secret"});
    EXPECT_EQ(records.records.size(), 1u);
    EXPECT_EQ(records.without, (Names{"n2", "n3", "n4", "n5", "../secret"}));
}

TEST(Records, ARecordUnderAnotherNameIsNone) {
    const TempFolder folder;
    put(folder, "n1", "i-0123456789abcdef1");
    std::filesystem::copy(folder / "nodes/n1.json", folder / "nodes/n2.json");
    EXPECT_EQ(read_records(folder.path()).without, Names{"n2"});
}

TEST(Records, OlderThanTheBootOrOfANodeThatIsDownTheyAreOfAnInstanceThatIsGone) {
    constexpr std::int64_t boot = 1'795'000'000; // 2026-11-18T11:06:40Z
    Records records;
    for (const auto& [node, scanned] :
         {std::pair("fresh", "2026-11-18T11:07:10Z"), std::pair("former", "2026-11-18T10:40:00Z"),
          std::pair("clock", "2026-11-18T11:06:20Z"), std::pair("timeless", ""),
          std::pair("down", "2026-11-18T11:07:10Z"), std::pair("silent", "2026-11-18T10:40:00Z")}) {
        records.records.push_back({.node = node, .scanned = scanned});
        EXPECT_EQ(records.records.back().node, node);
    }
    Snapshot places;
    for (const state::NodeRecord& record : records.records)
        places.nodes.emplace(record.node, Place{});
    forget_former(
        places, records,
        {{"fresh", boot}, {"former", boot}, {"clock", boot}, {"timeless", boot}, {"silent", 0}});
    Names left;
    for (const auto& [node, place] : places.nodes)
        left.push_back(node);
    EXPECT_EQ(left, (Names{"clock", "fresh", "silent", "timeless"}));
    forget_former(places, records, {}); // nobody said which are up
    EXPECT_TRUE(places.nodes.empty());
}

state::NodeRecord recorded(const std::string& node, const char* group) {
    state::NodeRecord record{.node = node, .instance = {"c5n.18xlarge", "i-0123456789abcdef0"}};
    record.facts.availability_zone = "us-east-2a";
    record.facts.placement_group = group;
    return record;
}

TEST(Records, OfNodesThatEc2WasNotAskedAboutTellTheGroup) {
    Records records;
    records.records = {recorded("n1", "pg-a")};
    const Snapshot places = present({}, records);
    EXPECT_EQ(places.nodes.at("n1"), (Place{.instance = "i-0123456789abcdef0",
                                            .type = "c5n.18xlarge",
                                            .group = "pg-a",
                                            .zone = "us-east-2a",
                                            .asked = false}));
}

TEST(Records, TellTheGroupOfNodesWithoutATopologyAlone) {
    Snapshot places{"", "us-east-2", {}};
    places.nodes["n1"] = places.nodes["n2"] = test::without_topology();
    places.nodes["n3"] = test::place({"nn-1"});
    places.nodes["n4"] = test::without_topology();
    places.nodes["n4"].instance = "i-0fedcba9876543210";
    Records records;
    records.records = {recorded("n1", "pg-a"), recorded("n2", "pg-b"), recorded("n3", "pg-b"),
                       recorded("n4", "pg-b")};
    const Snapshot now = present(places, records);
    EXPECT_EQ(now.nodes.at("n1"), places.nodes.at("n1"));
    EXPECT_EQ(now.nodes.at("n2").group, "pg-b");
    EXPECT_EQ(now.nodes.at("n2").strategy, ""); // that was pg-a's
    EXPECT_EQ(now.nodes.at("n3"), places.nodes.at("n3"));
    EXPECT_EQ(now.nodes.at("n4").group, "pg-b"); // another instance by now
    EXPECT_FALSE(now.nodes.at("n4").asked);
}

TEST(Records, WithoutAFolderThereAreNone) {
    const TempFolder folder;
    EXPECT_TRUE(read_records(folder.path()).records.empty());
}

} // namespace placement_records_test
} // namespace fairlead::placement
