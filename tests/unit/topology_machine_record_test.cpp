#include "topology/machine_record.hpp"

#include "expect_error.hpp"
#include "machines.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>

namespace fairlead::topology {
namespace topology_machine_record_test {

using test::fails_with;
using test::machine_of;
using test::recorded;
using test::succeeds;
using Json = nlohmann::json;

const RecordKey key{"8f9c1f3e-boot", "2.9.0"};

void expect_same(const Device& a, const Device& b) {
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.pci, b.pci);
    EXPECT_EQ(a.near, b.near);
    EXPECT_EQ(a.bridge, b.bridge);
    EXPECT_EQ(a.uuid, b.uuid);
    EXPECT_EQ(a.minor, b.minor);
}

void expect_same(const NumaNode& a, const NumaNode& b) {
    EXPECT_EQ(a.os_index, b.os_index);
    EXPECT_EQ(a.package, b.package);
    EXPECT_EQ(a.cpus, b.cpus);
}

void expect_same(const Core& a, const Core& b) {
    EXPECT_EQ(a.pus, b.pus);
    EXPECT_EQ(a.numa, b.numa);
    EXPECT_EQ(a.cache, b.cache);
}

template <class T>
void expect_same(const std::vector<T>& a, const std::vector<T>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        expect_same(a[i], b[i]);
}

void expect_lossless(const Machine& machine) {
    const std::string text = encode({key, machine});
    const auto read = decode(text, "record");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->key, key);
    EXPECT_EQ(read->machine.name, machine.name);
    EXPECT_EQ(read->machine.libfabric, machine.libfabric);
    EXPECT_EQ(read->machine.cpus, machine.cpus);
    expect_same(read->machine.numa_nodes, machine.numa_nodes);
    expect_same(read->machine.cores, machine.cores);
    expect_same(read->machine.efas, machine.efas);
    expect_same(read->machine.gpus, machine.gpus);
    EXPECT_EQ(encode(*read), text);
}

TEST(MachineRecord, IsLosslessForEveryRecordedMachine) {
    for (const std::string& type : test::recorded_types) {
        SCOPED_TRACE(type);
        expect_lossless(recorded(type.c_str()));
    }
}

TEST(MachineRecord, KeepsWhatOnlyDriversSay) {
    auto machine = recorded("p4d.24xlarge");
    machine.libfabric = "2.1.0amzn3.0";
    for (int i = 0; i < 8; ++i) {
        machine.gpus[static_cast<std::size_t>(i)].uuid = fmt::format("GPU-{}", i);
        machine.gpus[static_cast<std::size_t>(i)].minor = 7 - i;
    }
    machine.efas[0].near = CpuSet{};
    for (std::size_t i = 0; i < machine.cores.size(); ++i)
        machine.cores[i].cache = static_cast<int>(i / 4);
    expect_lossless(machine);
}

TEST(MachineRecord, IsOneLine) {
    const std::string text = encode({key, recorded("p5.48xlarge")});
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    EXPECT_EQ(Json::parse(text).at("schema"), "fairlead.machine/1");
}

// A child's answer is read up to 64 KiB; u7inh-32tb.480xlarge has the most cores of all types.
TEST(MachineRecord, OfTheLargestTypesFitsWhatIsReadOfAChild) {
    auto large = machine_of(std::vector<int>(32, 30), 2);
    for (auto& core : large.cores)
        core.cache = 31;
    EXPECT_LT(encode({key, large}).size(), 65536u);
    auto p6 = recorded("p5.48xlarge");
    for (auto& gpu : p6.gpus)
        gpu.uuid = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6";
    EXPECT_LT(encode({key, p6}).size(), 65536u);
}

TEST(MachineRecord, ANameThatIsNotUtf8IsReplacedAndNoException) {
    auto machine = machine_of({2});
    machine.name = "node\xff";
    const auto read = decode(encode({key, machine}), "record");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->machine.name, "node\xef\xbf\xbd");
}

TEST(MachineRecord, AnotherSchemaIsRefused) {
    Json json = Json::parse(encode({key, machine_of({2})}));
    json["schema"] = "fairlead.machine/2";
    EXPECT_TRUE(fails_with(decode(json.dump(), "/run/m.json"), Code::P204,
                           "/run/m.json is not a record fairlead.machine/1; write it with "
                           "`fairlead node scan`"));
}

TEST(MachineRecord, WhatIsNoJsonIsRefused) {
    for (const std::string_view text : {"", " ", "{", "null", "[]", "1", "\"x\"", "{}", "rubbish",
                                        "\xff\xfe", "{\"schema\":\"fairlead.machine/1\"}"})
        EXPECT_TRUE(fails_with(decode(text, "record"), Code::P204, "record is damaged")) << text;
}

TEST(MachineRecord, ARecordThatWasCutOffIsRefusedAtEveryByte) {
    const std::string text = encode({key, test::machine_of({2, 2}, 2)});
    for (std::size_t size = 0; size + 2 < text.size(); ++size)
        EXPECT_TRUE(fails_with(decode(text.substr(0, size), "record"), Code::P204)) << size;
}

Json small_record() {
    auto machine = machine_of({2, 2});
    test::add_efa(machine, "0-1");
    machine.gpus.push_back({.name = "g", .pci = "0000:20:00.0", .near = machine.cpus});
    return Json::parse(encode({key, machine}));
}

TEST(MachineRecord, EveryFieldMustBeThere) {
    const Json whole = small_record();
    for (const auto& [name, value] : whole.items()) {
        Json part = whole;
        part.erase(name);
        EXPECT_TRUE(fails_with(decode(part.dump(), "record"), Code::P204, name)) << name;
        if (!value.is_array())
            continue;
        for (const auto& [inner, unused] : value[0].items()) {
            part = whole;
            part[name][0].erase(inner);
            EXPECT_TRUE(fails_with(decode(part.dump(), "record"), Code::P204, inner))
                << name << " " << inner;
        }
    }
}

TEST(MachineRecord, EveryFieldMustBeOfItsType) {
    const Json whole = small_record();
    const Json wrong[] = {nullptr, "x", 7, Json::array({"x"}), {{"a", 1}}};
    for (const auto& [name, value] : whole.items())
        for (const Json& other : wrong) {
            Json part = whole;
            part[name] = other;
            if (value.type() != other.type()) {
                EXPECT_TRUE(fails_with(decode(part.dump(), "record"), Code::P204))
                    << name << " " << other;
            }
            if (!value.is_array())
                continue;
            for (const auto& [inner, old] : value[0].items()) {
                part = whole;
                part[name][0][inner] = other;
                const bool numbers = old.is_number() && other.is_number();
                if (!numbers && old.type() != other.type()) {
                    EXPECT_TRUE(fails_with(decode(part.dump(), "record"), Code::P204))
                        << name << " " << inner << " " << other;
                }
            }
        }
}

struct Damage {
    const char* what;
    std::function<void(Json&)> make;
};

TEST(MachineRecord, NumbersThatCannotBeAreRefused) {
    const Damage damages[] = {
        {"a NUMA node past the last", [](Json& j) { j["cores"][0]["numa"] = 2; }},
        {"a NUMA node below 0", [](Json& j) { j["cores"][0]["numa"] = -1; }},
        {"no NUMA node at all", [](Json& j) { j["numa_nodes"] = Json::array(); }},
        {"no core", [](Json& j) { j["cores"] = Json::array(); }},
        {"no CPU", [](Json& j) { j["cpus"] = ""; }},
        {"a core without a CPU", [](Json& j) { j["cores"][1]["pus"] = Json::array(); }},
        {"a CPU below 0", [](Json& j) { j["cores"][1]["pus"] = {-1}; }},
        {"a CPU past 65535", [](Json& j) { j["cores"][1]["pus"] = {65536}; }},
        {"a CPU that is 1 in 32 bits", [](Json& j) { j["cores"][1]["pus"] = {4294967297}; }},
        {"a CPU that is 1 in 64 bits", [](Json& j) { j["cores"][1]["pus"] = {1e30}; }},
        {"a CPU that is 0.5", [](Json& j) { j["cores"][1]["pus"] = {1.5}; }},
        {"a CPU that is true", [](Json& j) { j["cores"][1]["pus"] = {true}; }},
        {"a NUMA node that is 0 in 32 bits", [](Json& j) { j["cores"][0]["numa"] = 4294967296; }},
        {"a CPU that the machine lacks", [](Json& j) { j["cores"][1]["pus"] = {9}; }},
        {"a CPU of two cores", [](Json& j) { j["cores"][1]["pus"] = {0}; }},
        {"CPUs past 65535", [](Json& j) { j["cpus"] = "0-65536"; }},
        {"CPUs that run backwards", [](Json& j) { j["cpus"] = "3-0"; }},
        {"a NUMA node's CPUs that are none", [](Json& j) { j["numa_nodes"][0]["cpus"] = "x"; }},
        {"a device near rubbish", [](Json& j) { j["efas"][0]["near"] = "0-"; }},
        {"a NUMA node's number below 0", [](Json& j) { j["numa_nodes"][0]["os_index"] = -1; }},
        {"a bridge that cannot be", [](Json& j) { j["gpus"][0]["bridge"] = -2; }},
    };
    for (const Damage& damage : damages) {
        Json json = small_record();
        damage.make(json);
        EXPECT_TRUE(fails_with(decode(json.dump(), "record"), Code::P204, "record is damaged"))
            << damage.what;
    }
}

TEST(MachineRecord, ListsPast65536AreRefused) {
    for (const char* name : {"cores", "numa_nodes", "efas", "gpus"}) {
        Json json = small_record();
        json[name] = Json::array_t(65537, 0);
        EXPECT_TRUE(fails_with(decode(json.dump(), "record"), Code::P204, "very long")) << name;
    }
}

TEST(MachineRecord, ASingleWrongByteIsAnErrorOrAMachine) {
    const std::string whole = encode({key, test::machine_of({2, 2}, 2)});
    std::mt19937 random(7);
    for (int i = 0; i < 5000; ++i) {
        std::string text = whole;
        text[random() % text.size()] = static_cast<char>(random() % 256);
        const auto read = decode(text, "record");
        if (!read) {
            EXPECT_EQ(read.error().code, Code::P204);
            continue;
        }
        for (const Core& core : read->machine.cores)
            EXPECT_LT(static_cast<std::size_t>(core.numa), read->machine.numa_nodes.size());
    }
}

TEST(MachineRecord, DeepNestingIsRefused) {
    EXPECT_TRUE(fails_with(decode(std::string(100000, '['), "record"), Code::P204));
}

TEST(CurrentKey, IsThisBootAndThisHwloc) {
    EXPECT_EQ(current_key(), current_key());
    EXPECT_FALSE(current_key().boot_id.empty());
    EXPECT_TRUE(current_key().hwloc.starts_with("2."));
}

} // namespace topology_machine_record_test
} // namespace fairlead::topology
