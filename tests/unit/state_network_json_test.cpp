#include "state/network_json.hpp"

#include "expect_error.hpp"
#include "network_parts.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::state {
namespace state_network_json_test {

using nlohmann::json;
using test::fails_with;
using test::succeeds;

Result<fabric::NetworkPart> read_part(const std::string& text) {
    return decode_network_part(text, "part");
}

TEST(NetworkStart, ReadsBackWhatWasWritten) {
    const NetworkStart start{
        .spool = "/s/reports",
        .make_spool = true,
        .root = "/",
        .state_dir = "/state",
        .restart = 2,
        .start = 1795229000,
        .devices = {{{"rdmap16s0", "0000:10:00.0"}, {{"tx_bytes", UINT64_MAX}, {"rx_bytes", 0}}}}};
    const auto read = decode_network_start(encode(start), "counters.json");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->spool, "/s/reports");
    EXPECT_TRUE(read->make_spool);
    EXPECT_EQ(read->root, "/");
    EXPECT_EQ(read->state_dir, "/state");
    EXPECT_EQ(read->restart, 2);
    EXPECT_EQ(read->start, 1795229000);
    ASSERT_EQ(read->devices.size(), 1u);
    EXPECT_EQ(read->devices[0].device.pci, "0000:10:00.0");
    EXPECT_EQ(read->devices[0].values, start.devices[0].values);
}

TEST(NetworkStart, ThatIsDamagedIsAnError) {
    for (const std::string text :
         {"", "[]", R"({"schema":"fairlead.network-start/1"})",
          R"({"schema":"fairlead.network-start/1","spool":"x","root":"/","state_dir":"/"})",
          R"({"schema":"fairlead.network-start/1","spool":"/x","root":"/"})"})
        EXPECT_TRUE(fails_with(decode_network_start(text, "counters.json"), Code::X203)) << text;
}

TEST(NetworkPart, ReadsBackWhatWasWritten) {
    auto part = test::part(3, 64, {{"tx_bytes", UINT64_MAX}});
    part.restart = 1;
    part.shared = true;
    part.devices.push_back(
        {"rdmap32s0", "0000:20:00.0", fabric::Seen::OnlyAfter, true, {}, {"retrans_bytes"}});
    const auto read = read_part(encode(part));
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->job, part.job);
    EXPECT_EQ(read->uid, 5001u);
    EXPECT_EQ(read->restart, 1);
    EXPECT_EQ(read->node, "n3");
    EXPECT_EQ(read->node_list, "n[1-64]");
    EXPECT_EQ(read->nodes, 64);
    EXPECT_EQ(read->place.availability_zone, "us-east-2b");
    EXPECT_FALSE(read->place.group);
    EXPECT_FALSE(read->place.path);
    EXPECT_TRUE(read->shared);
    EXPECT_EQ(read->start, 1000);
    EXPECT_EQ(read->end, 1900);
    ASSERT_EQ(read->devices.size(), 2u);
    EXPECT_EQ(read->devices[0].delta, part.devices[0].delta);
    EXPECT_EQ(read->devices[1].seen, fabric::Seen::OnlyAfter);
    EXPECT_TRUE(read->devices[1].reset);
    EXPECT_EQ(read->devices[1].missing, std::vector<std::string>{"retrans_bytes"});
}

const fabric::NodePlace whole_place{.availability_zone = "us-east-2b",
                                    .zone_id = "use2-az2",
                                    .group = "efa-pg",
                                    .strategy = "partition",
                                    .partition = 3,
                                    .path = fabric::Path{"nn-1", "nn-2", "nn-3"}};

TEST(NodePlace, ReadsBackWhatWasWritten) {
    auto part = test::part(1, 1, {});
    part.place = whole_place;
    for (const fabric::NodePlace& place :
         {read_part(encode(part))->place, decode_node_place(encode(whole_place))}) {
        EXPECT_EQ(place.availability_zone, "us-east-2b");
        EXPECT_EQ(place.zone_id, "use2-az2");
        EXPECT_EQ(place.group, "efa-pg");
        EXPECT_EQ(place.strategy, "partition");
        EXPECT_EQ(place.partition, 3);
        EXPECT_EQ(place.path, (fabric::Path{"nn-1", "nn-2", "nn-3"}));
    }
}

TEST(NodePlace, WhatIsNotKnownIsNotWhatIsNone) {
    EXPECT_EQ(encode(fabric::NodePlace{}), "{}\n");
    EXPECT_EQ(encode(fabric::NodePlace{.group = "", .partition = 0, .path = fabric::Path{}}),
              R"({"group":"","partition":0,"path":[]})"
              "\n");
    const auto none = decode_node_place(R"({"group":"","path":[]})");
    EXPECT_EQ(none.group, "");
    EXPECT_EQ(none.path, fabric::Path{});
}

TEST(NodePlace, OfAnybodysMakingIsBounded) {
    for (const char* text : {"", "[]", "7", R"({"path":7,"group":[],"partition":"x"})"})
        EXPECT_TRUE(decode_node_place(text).path.value_or(fabric::Path{}).empty()) << text;
    json place{{"group", std::string(5000, 'x')}, {"path", json::array({7})}};
    for (int i = 0; i < 100; ++i)
        place["path"].push_back(std::string(5000, 'x'));
    const auto read = decode_node_place(place.dump());
    EXPECT_EQ(read.group->size(), 255u);
    ASSERT_EQ(read.path->size(), 8u);
    EXPECT_EQ(read.path->front().size(), 255u);
}

// The owner of a job may write what he likes there, and root reads it.
TEST(NetworkPart, OfAnybodysMakingIsReadOrRefused) {
    for (const std::string text : {"", "{", "[]", R"({"schema":"fairlead.network-part/1"})",
                                   R"({"schema":"fairlead.network-part/1","node":"../../etc"})",
                                   R"({"schema":"fairlead.network-part/1","node":7})"})
        EXPECT_TRUE(fails_with(read_part(text), Code::X203)) << text;
    EXPECT_TRUE(
        fails_with(read_part(R"({"schema":"fairlead.network-part/9","node":"n1"})"), Code::X202));
    const auto odd = read_part(R"({"schema":"fairlead.network-part/1","node":"n1","job":-1,
        "restart":99999999999,"nodes":1e30,"end":18446744073709551615,"shared":"yes",
        "devices":[7,{"delta":{"tx bytes":1,"tx_bytes":-1,"rx_bytes":"5","x":1.5}},
                   {"delta":[],"missing":{},"seen":"often","reset":1}]})");
    ASSERT_TRUE(succeeds(odd));
    EXPECT_EQ(odd->job.value, 0u);
    EXPECT_EQ(odd->restart, INT32_MAX);
    EXPECT_EQ(odd->nodes, 0);
    EXPECT_EQ(odd->end, INT64_MAX / 2);
    EXPECT_FALSE(odd->shared);
    ASSERT_EQ(odd->devices.size(), 2u);
    EXPECT_TRUE(odd->devices[0].delta.empty());
    EXPECT_EQ(odd->devices[1].seen, fabric::Seen::Throughout);
    EXPECT_FALSE(odd->devices[1].reset);
}

TEST(NetworkPart, IsBounded) {
    json part = json::parse(encode(test::part(1, 1, {})));
    for (int i = 0; i < 2000; ++i)
        part["devices"][0]["delta"]["c" + std::to_string(i)] = 1;
    for (int i = 0; i < 2000; ++i)
        part["devices"].push_back(json::object());
    const auto read = read_part(part.dump());
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->devices.size(), 256u);
    EXPECT_EQ(read->devices[0].delta.size(), 512u);
}

TEST(NetworkReportJson, HasThePlaceOfEachNodeAndHowFarApartTheyLay) {
    auto parts = test::parts(2, {{"tx_bytes", 10}});
    parts[0].place = whole_place;
    parts[1].place = whole_place;
    parts[1].place.path->back() = "nn-4";
    auto report = json::parse(report_json(*fabric::merge(parts, {})));
    EXPECT_EQ(report.at("placement"), (json{{"groups", {"efa-pg"}},
                                            {"zones", {"us-east-2b"}},
                                            {"network_nodes", {1, 1, 2}},
                                            {"max_layer", 2},
                                            {"unknown_nodes", json::array()}}));
    EXPECT_EQ(report.at("nodes").at(1).at("placement").at("path"), json({"nn-1", "nn-2", "nn-4"}));
    parts[0].place.path.reset();
    report = json::parse(report_json(*fabric::merge(parts, {})));
    EXPECT_EQ(report.at("placement").at("max_layer"), nullptr);
    EXPECT_EQ(report.at("placement").at("unknown_nodes"), json({"n1"}));
    EXPECT_FALSE(report.at("nodes").at(0).at("placement").contains("path"));
}

TEST(NetworkReportJson, HasTheVerdictTotalsErrorsAndEveryNode) {
    auto parts = test::parts(3, {{"tx_bytes", 10}, {"retrans_bytes", 1}, {"reg_mr_err", 2}});
    parts.pop_back();
    const auto report = json::parse(report_json(*fabric::merge(parts, {})));
    EXPECT_EQ(report.at("schema"), "fairlead.network-report/1");
    EXPECT_EQ(report.at("job"), 4711);
    EXPECT_EQ(report.at("verdict"), "unknown");
    EXPECT_EQ(report.at("nodes_expected"), 3);
    EXPECT_EQ(report.at("missing_nodes"), json({"n3"}));
    EXPECT_EQ(report.at("totals").at("sent_bytes"), 20);
    EXPECT_EQ(report.at("totals").at("retransmitted_bytes"), 2);
    EXPECT_EQ(report.at("totals").at("rdma_read_bytes"), nullptr);
    EXPECT_EQ(report.at("errors").at(0).at("counter"), "reg_mr_err");
    EXPECT_EQ(report.at("errors").at(0).at("nodes"), json({"n1", "n2"}));
    ASSERT_EQ(report.at("nodes").size(), 2u);
    const auto& node = report.at("nodes").at(1);
    EXPECT_EQ(node.at("node"), "n2");
    EXPECT_EQ(node.at("placement").at("availability_zone"), "us-east-2b");
    EXPECT_EQ(node.at("devices").at(0).at("delta").at("tx_bytes"), 10);
}

} // namespace state_network_json_test
} // namespace fairlead::state
