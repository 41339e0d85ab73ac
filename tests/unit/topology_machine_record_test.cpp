#include "topology/machine_record.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::topology {
namespace {

using Json = nlohmann::json;
using test::fails_with;
using test::succeeds;

Json plain() { return Json::parse(encode({{"boot", "2.9.0"}, test::machine_of({2, 2}, 2)})); }

Result<MachineRecord> read(const Json& json) { return decode(json.dump(), "test"); }

TEST(MachineRecord, ReadsBackAsEveryRecordedMachine) {
    for (const auto& type : test::recorded_types) {
        const MachineRecord record{{"boot", "2.9.0"}, test::recorded(type.c_str())};
        const auto again = decode(encode(record), "test");
        ASSERT_TRUE(succeeds(again)) << type;
        EXPECT_EQ(encode(*again), encode(record)) << type;
    }
}

TEST(MachineRecord, RefusesACpuInTwoCores) {
    Json json = plain();
    json["cores"][1]["pus"] = json["cores"][0]["pus"];
    EXPECT_TRUE(fails_with(read(json), Code::P204, "in two"));
}

TEST(MachineRecord, RefusesCpusThatAreInNoCore) {
    Json json = plain();
    json["cpus"] = "0-8";
    EXPECT_TRUE(fails_with(read(json), Code::P204, "in no core"));
    json["cpus"] = "100-200";
    EXPECT_TRUE(fails_with(read(json), Code::P204, "in no core"));
}

TEST(MachineRecord, RefusesNumbersThatWouldBeCutToSize) {
    for (const Json& number : {Json(4294967296), Json(1e300), Json(0.5),
                               Json(18446744073709551615u), Json(true), Json("0"), Json(nullptr)}) {
        Json json = plain();
        json["cores"][0]["pus"][0] = number;
        EXPECT_TRUE(fails_with(read(json), Code::P204)) << number;
        json = plain();
        json["numa_nodes"][0]["os_index"] = number;
        EXPECT_TRUE(fails_with(read(json), Code::P204)) << number;
    }
}

} // namespace
} // namespace fairlead::topology
