#include "state/node_record.hpp"

#include "base/boot.hpp"
#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::state {
namespace state_node_record_test {

using test::content_of;
using test::fails_with;
using test::mode_of;
using test::succeeds;
using test::TempFolder;

NodeRecord full_record() {
    return {.node = "n1",
            .boot_id = "boot",
            .instance = {"hpc7a.96xlarge", "i-1"},
            .facts = {.instance_id = "i-1",
                      .instance_type = "hpc7a.96xlarge",
                      .availability_zone = "us-east-2b",
                      .zone_id = "use2-az2",
                      .lifecycle = "spot",
                      .launch_time = "2026-11-21T09:00:00Z",
                      .placement_group = "",
                      .partition_number = 3,
                      .network_cards = std::vector<int>{0, 1}},
            .efa = {{"rdmap16s0", "0000:10:00.0"}, {"rdmap32s0", ""}},
            .probe = fabric::ProbeAnswer{.libfabric = "1.17",
                                         .library = "/lib/libfabric.so.1",
                                         .modified = 1674229894000000001,
                                         .provider_version = "117.0",
                                         .pci = {"0000:10:00.0"}},
            .hwloc = std::vector<std::string>{"0000:10:00.0"},
            .scanned = "2026-11-21T09:30:00Z"};
}

void expect_same(const NodeRecord& a, const NodeRecord& b) {
    EXPECT_EQ(a.node, b.node);
    EXPECT_EQ(a.boot_id, b.boot_id);
    EXPECT_EQ(a.instance.id, b.instance.id);
    EXPECT_EQ(a.instance.type, b.instance.type);
    EXPECT_EQ(a.facts, b.facts);
    EXPECT_EQ(a.efa, b.efa);
    EXPECT_EQ(a.probe, b.probe);
    EXPECT_EQ(a.hwloc, b.hwloc);
    EXPECT_EQ(a.scanned, b.scanned);
}

TEST(NodeRecord, ReadsBackWhatWasWritten) {
    const auto read = decode_node_record(encode(full_record()), "test");
    ASSERT_TRUE(succeeds(read));
    expect_same(*read, full_record());
}

TEST(NodeRecord, WhatImdsDidNotSayStaysUnknown) {
    NodeRecord record;
    record.node = "n1";
    const std::string text = encode(record);
    EXPECT_TRUE(nlohmann::json::parse(text).at("lifecycle").is_null());
    const auto read = decode_node_record(text, "test");
    ASSERT_TRUE(succeeds(read));
    expect_same(*read, record);
}

TEST(NodeRecord, TextThatIsNotUtf8IsWrittenAllTheSame) {
    auto record = full_record();
    record.instance.type = "\xff";
    const auto read = decode_node_record(encode(record), "test");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->instance.type, "\xef\xbf\xbd");
}

TEST(NodeRecord, OfTheNextReleaseIsReadWithItsNewFields) {
    const auto read = decode_node_record(
        R"({"schema":"fairlead.node/2","node":"n1","efa":[{"name":"a","gid":"x"}],"mtu":{}})",
        "test");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->node, "n1");
    ASSERT_EQ(read->efa.size(), 1u);
    EXPECT_EQ(read->efa[0].name, "a");
}

TEST(NodeRecord, OfAReleaseFurtherAwayIsRefused) {
    EXPECT_TRUE(fails_with(decode_node_record(R"({"schema":"fairlead.node/3"})", "x.json"),
                           Code::X202, "x.json"));
}

TEST(NodeRecord, RubbishIsRefused) {
    for (const std::string_view text : {"", "{}", "[]", "rubbish", "{\"schema\":1}"})
        EXPECT_TRUE(fails_with(decode_node_record(text, "x.json"), Code::X203, "x.json")) << text;
}

TEST(NodeRecord, FieldsOfAnotherTypeAreUnknown) {
    for (const std::string efa : {"5", "null", "\"x\"", "{\"a\":1}", "[1,null,[]]"}) {
        const auto read = decode_node_record(
            R"({"schema":"fairlead.node/1","node":7,"lifecycle":[],"network_cards":{},)"
            R"("partition_number":"3","libfabric":[],"efa":)" +
                efa + "}",
            "x");
        ASSERT_TRUE(succeeds(read)) << efa;
        EXPECT_EQ(read->node, "");
        EXPECT_EQ(read->facts, aws::InstanceFacts{});
        EXPECT_EQ(read->probe, std::nullopt);
        EXPECT_TRUE(read->efa.empty());
    }
}

TEST(WriteNodeRecord, LeavesOneUnderRunAndOneThatOutlivesTheNode) {
    const TempFolder folder;
    const auto run = folder / "run", kept = folder / "state/nodes/n1.json";
    std::filesystem::create_directory(folder / "state");
    ASSERT_TRUE(succeeds(write_node_record(run, full_record())));
    ASSERT_TRUE(succeeds(keep_node_record(folder / "state", full_record())));
    EXPECT_EQ(content_of(run / "node.json"), encode(full_record()));
    EXPECT_EQ(content_of(kept), encode(full_record()));
    EXPECT_EQ(mode_of(run / "node.json"), 0644u);
    EXPECT_EQ(mode_of(kept), 0644u);
}

// A folder made on an unmounted share would hide the record from everybody else.
TEST(KeepNodeRecord, MakesNoSharedStorage) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(keep_node_record(folder / "state", full_record()), Code::X201,
                           "does not exist"));
    EXPECT_EQ(test::entries_in(folder.path()), 0u);
}

TEST(WriteNodeRecord, ANameThatIsNoHostNameWritesNothing) {
    const TempFolder folder;
    for (const std::string& name :
         {std::string(), std::string("../n1"), std::string(".."), std::string(".n1"),
          std::string("a/b"), std::string("a b"), std::string("a\0b", 3), std::string("n\xe9"),
          std::string("a\n"), std::string(256, 'a')}) {
        auto record = full_record();
        record.node = name;
        EXPECT_TRUE(
            fails_with(write_node_record(folder / "run", record), Code::X203, "is not a node name"))
            << name;
        EXPECT_TRUE(fails_with(keep_node_record(folder.path(), record), Code::X203)) << name;
    }
    EXPECT_EQ(test::entries_in(folder.path()), 0u);
}

TEST(WriteNodeRecord, SaysWhenTheStateCannotBeWritten) {
    const TempFolder folder;
    const auto file = folder.write("file", "");
    EXPECT_TRUE(fails_with(write_node_record(file, full_record()), Code::X201));
    EXPECT_TRUE(fails_with(keep_node_record(file, full_record()), Code::X201));
}

TEST(ReadNodeRecord, IsThatOfThisBoot) {
    const TempFolder folder;
    auto record = full_record();
    record.boot_id = boot_id();
    ASSERT_TRUE(succeeds(write_node_record(folder.path(), record)));
    const auto read = read_node_record(folder.path());
    ASSERT_TRUE(succeeds(read));
    expect_same(*read, record);
}

TEST(ReadNodeRecord, OfAnotherBootIsNone) {
    const TempFolder folder;
    ASSERT_TRUE(succeeds(write_node_record(folder.path(), full_record())));
    EXPECT_TRUE(fails_with(read_node_record(folder.path()), Code::X203, "of another boot"));
}

TEST(ReadNodeRecord, ThatIsNotThereIsMissing) {
    EXPECT_TRUE(fails_with(read_node_record("/none"), Code::X101));
}

TEST(ReadNodeRecord, ThatOthersCouldHaveWrittenIsNotBelieved) {
    const TempFolder folder;
    auto record = full_record();
    record.boot_id = boot_id();
    ASSERT_TRUE(succeeds(write_node_record(folder.path(), record)));
    std::filesystem::permissions(folder / "node.json", std::filesystem::perms::all);
    EXPECT_TRUE(fails_with(read_node_record(folder.path()), Code::X110));
}

} // namespace state_node_record_test
} // namespace fairlead::state
