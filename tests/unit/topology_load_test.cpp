#include "topology/load.hpp"

#include "expect_error.hpp"
#include "machines.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <hwloc.h>
#include <memory>
#include <set>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace fairlead::topology {
namespace topology_load_test {

using test::fails_with;
using test::recorded;
using test::succeeds;
using test::TempFolder;

struct Shape {
    const char* type;
    std::size_t cores, threads, numa_nodes, packages, efas, gpus;
};

// NUMA nodes, EFA interfaces and GPUs as AWS publishes them (tests/fixtures/topologies/README.md).
constexpr Shape shapes[] = {
    {"c5n.18xlarge", 36, 2, 2, 2, 1, 0},    {"hpc6a.48xlarge", 96, 1, 4, 2, 1, 0},
    {"hpc7a.96xlarge", 192, 1, 4, 2, 2, 0}, {"p4d.24xlarge", 48, 2, 2, 2, 4, 8},
    {"p5.48xlarge", 96, 2, 2, 2, 32, 8},
};

class RecordedMachine : public testing::TestWithParam<Shape> {};

TEST_P(RecordedMachine, HasTheShapeOfItsType) {
    const auto& shape = GetParam();
    const Machine& machine = recorded(shape.type);
    EXPECT_EQ(machine.name, shape.type);
    EXPECT_EQ(machine.cores.size(), shape.cores);
    EXPECT_EQ(machine.numa_nodes.size(), shape.numa_nodes);
    EXPECT_EQ(machine.efas.size(), shape.efas);
    EXPECT_EQ(machine.gpus.size(), shape.gpus);
    EXPECT_EQ(static_cast<std::size_t>(machine.cpus.size()), shape.cores * shape.threads);
    std::set<int> packages;
    for (const auto& node : machine.numa_nodes)
        packages.insert(node.package);
    EXPECT_EQ(packages.size(), shape.packages);
}

TEST_P(RecordedMachine, EveryCpuBelongsToOneCoreAndItsNumaNode) {
    const Machine& machine = recorded(GetParam().type);
    CpuSet seen;
    for (const Core& core : machine.cores) {
        EXPECT_EQ(core.pus.size(), GetParam().threads);
        for (const int pu : core.pus) {
            EXPECT_FALSE(seen.contains(pu)) << pu;
            EXPECT_TRUE(
                machine.numa_nodes.at(static_cast<std::size_t>(core.numa)).cpus.contains(pu));
            seen.add(pu);
        }
    }
    EXPECT_EQ(seen, machine.cpus);
}

TEST_P(RecordedMachine, NumaNodesDivideTheMachine) {
    const Machine& machine = recorded(GetParam().type);
    CpuSet all;
    for (const auto& node : machine.numa_nodes) {
        EXPECT_FALSE(node.cpus.empty());
        EXPECT_FALSE(all.intersects(node.cpus));
        all.add(node.cpus);
    }
    EXPECT_EQ(all, machine.cpus);
}

TEST_P(RecordedMachine, DevicesAreInTheOrderOfTheirPciAddressAndNearSomeCpus) {
    const Machine& machine = recorded(GetParam().type);
    for (const auto* devices : {&machine.efas, &machine.gpus}) {
        EXPECT_TRUE(std::ranges::is_sorted(*devices, std::less{}, &Device::pci));
        std::set<std::string> names;
        for (const Device& device : *devices) {
            EXPECT_TRUE(names.insert(device.name).second) << device.name;
            EXPECT_FALSE(device.near.empty()) << device.name;
            EXPECT_TRUE(device.near.inside(machine.cpus)) << device.name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Types, RecordedMachine, testing::ValuesIn(shapes), [](const auto& shape) {
    const std::string_view type = shape.param.type;
    return std::string(type.substr(0, type.find('.')));
});

TEST(FromXml, RefusesWhatIsNoTopology) {
    const TempFolder folder;
    for (const std::string_view text : {"", "rubbish", "<topology", "<?xml version=\"1.0\"?>",
                                        "<topology version=\"2.0\"></topology>", "<html></html>"}) {
        const auto file = folder.write("t.xml", text);
        EXPECT_TRUE(fails_with(from_xml(file), Code::P204, file.native())) << text;
    }
}

/// hwloc 2.9 leaks the objects it had read when XML ends early; here alone that is tolerated.
class HwlocMayLeak {
  public:
#ifdef __SANITIZE_ADDRESS__
    HwlocMayLeak() { __lsan_disable(); }
    ~HwlocMayLeak() { __lsan_enable(); }
#else
    HwlocMayLeak() {}
    ~HwlocMayLeak() {}
#endif
    HwlocMayLeak(const HwlocMayLeak&) = delete;
    HwlocMayLeak& operator=(const HwlocMayLeak&) = delete;
};

TEST(FromXml, RefusesATopologyThatWasCutOff) {
    const HwlocMayLeak tolerated;
    const TempFolder folder;
    const std::string whole = test::content_of(test::topology_file("c5n.18xlarge"));
    for (const std::size_t part : {4u, 3u, 2u}) {
        const auto file = folder.write("t.xml", whole.substr(0, whole.size() / part));
        EXPECT_TRUE(fails_with(from_xml(file), Code::P204)) << part;
    }
}

std::string object(std::string_view type, std::string_view cpus, std::string_view inside = "") {
    return fmt::format(
        R"(<object type="{0}" os_index="0" cpuset="{1}" complete_cpuset="{1}" nodeset="0x1" complete_nodeset="0x1">{2}</object>)",
        type, cpus, inside);
}

/// A machine of one package and NUMA node, with this set of CPUs in all of them.
std::string one_package(std::string_view set, std::string_view cores) {
    const std::string inside = object("NUMANode", set) + std::string(cores);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<topology version=\"2.0\">\n" +
           object("Machine", set, object("Package", set, inside)) + "\n</topology>\n";
}

TEST(FromXml, CutsSetsWithoutAnEndToTheCpusThatThereAre) {
    const auto machine = from_xml_text(
        one_package("0xf...f", object("Core", "0xf...f", object("PU", "0x1"))), "test");
    ASSERT_TRUE(succeeds(machine));
    EXPECT_EQ(machine->cpus.list(), "0");
    EXPECT_EQ(machine->numa_nodes.front().cpus.list(), "0");
}

TEST(FromXml, RefusesAnObjectWithOneOfTwoSetsBeforeHwlocCrashesOnIt) {
    std::string xml = one_package("0x1", object("Core", "0x1", object("PU", "0x1")));
    ASSERT_TRUE(succeeds(from_xml_text(xml, "test")));
    const std::string_view word = " complete_cpuset=\"0x1\"";
    xml.erase(xml.rfind(word), word.size());
    EXPECT_TRUE(fails_with(from_xml_text(xml, "test"), Code::P204));
}

TEST(FromXml, SaysMissingOrUnreadable) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(from_xml(folder / "none.xml"), Code::X101));
    EXPECT_TRUE(fails_with(from_xml(folder.path()), Code::X103));
}

/// XML of a machine in hwloc's synthetic notation.
std::string synthetic_xml(const char* description) {
    hwloc_topology_t raw = nullptr;
    EXPECT_EQ(hwloc_topology_init(&raw), 0);
    const std::unique_ptr<hwloc_topology, decltype(&hwloc_topology_destroy)> topology(
        raw, hwloc_topology_destroy);
    hwloc_topology_set_all_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL);
    EXPECT_EQ(hwloc_topology_set_synthetic(raw, description), 0) << description;
    EXPECT_EQ(hwloc_topology_load(raw), 0);
    char* buffer = nullptr;
    int size = 0;
    EXPECT_EQ(hwloc_topology_export_xmlbuffer(raw, &buffer, &size, 0), 0);
    std::string xml(buffer);
    hwloc_free_xmlbuffer(raw, buffer);
    return xml;
}

Machine synthetic(const char* description) {
    auto machine = from_xml_text(synthetic_xml(description), description);
    EXPECT_TRUE(succeeds(machine));
    return machine.value_or(Machine{});
}

TEST(FromXml, ACoreHasTheNumberOfItsLastLevelCache) {
    const auto machine = from_xml(test::topology_file("synthetic-l3"));
    ASSERT_TRUE(succeeds(machine));
    ASSERT_EQ(machine->cores.size(), 32u);
    EXPECT_EQ(machine->numa_nodes.size(), 4u);
    for (std::size_t i = 0; i < 32; ++i) {
        EXPECT_EQ(machine->cores[i].cache, static_cast<int>(i / 4)) << i;
        EXPECT_EQ(machine->cores[i].numa, static_cast<int>(i / 8)) << i;
        EXPECT_EQ(machine->cores[i].pus.size(), 2u) << i;
    }
}

TEST(FromXml, WithoutALastLevelCacheACoreHasNone) {
    for (const auto& core : synthetic("pack:1 l2:2 core:2 pu:1").cores)
        EXPECT_EQ(core.cache, -1);
}

TEST(FromXml, WithoutALevelOfCoresEachCpuIsOne) {
    const auto machine = synthetic("pack:2 numa:1 pu:3");
    ASSERT_EQ(machine.cores.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(machine.cores[i].pus, std::vector<int>{static_cast<int>(i)});
        EXPECT_EQ(machine.cores[i].numa, static_cast<int>(i / 3));
    }
}

TEST(FromXml, WithoutAPackageAllIsInPackage0) {
    const auto machine = synthetic("numa:2 core:2 pu:1");
    for (const auto& node : machine.numa_nodes)
        EXPECT_EQ(node.package, 0);
    EXPECT_EQ(machine.cores.size(), 4u);
}

// Memory of the whole machine (CXL) beside each package's own: taken for a node of package 0 it
// would make everything near that package.
TEST(FromXml, ANumaNodeAroundOthersIsLeftOut) {
    const auto machine = synthetic("[numa] pack:2 [numa] core:4 pu:1");
    ASSERT_EQ(machine.numa_nodes.size(), 2u);
    for (const auto& core : machine.cores) {
        const auto& node = machine.numa_nodes.at(static_cast<std::size_t>(core.numa));
        EXPECT_EQ(node.cpus.size(), 4);
        EXPECT_TRUE(node.cpus.contains(core.pus.front()));
    }
    EXPECT_EQ(machine.numa_nodes[0].package, 0);
    EXPECT_EQ(machine.numa_nodes[1].package, 1);
}

TEST(FromXml, TheOnlyNumaNodeOfTwoPackagesIsKept) {
    const auto machine = synthetic("[numa] pack:2 core:2 pu:1");
    ASSERT_EQ(machine.numa_nodes.size(), 1u);
    EXPECT_EQ(machine.numa_nodes[0].cpus, machine.cpus);
}

// DRAM and HBM of one package: the first counts.
TEST(FromXml, OfTwoNumaNodesWithTheSameCpusTheFirstIsTheCores) {
    const auto machine = synthetic("pack:2 [numa][numa] core:2 pu:1");
    ASSERT_EQ(machine.numa_nodes.size(), 4u);
    std::set<int> used;
    for (const auto& core : machine.cores)
        used.insert(core.numa);
    EXPECT_EQ(used, (std::set<int>{0, 2}));
    EXPECT_EQ(machine.numa_nodes[0].package, 0);
    EXPECT_EQ(machine.numa_nodes[2].package, 1);
}

/// The XML with the `n`-th NUMA node's CPUs taken away.
std::string without_cpus(std::string xml, int n) {
    std::size_t at = 0;
    for (int i = 0; i <= n; ++i)
        at = xml.find("<object type=\"NUMANode\"", at + 1);
    const std::string node = xml.substr(at, xml.find('>', at) - at);
    std::string bare = node;
    for (const char* name : {" cpuset=\"", " complete_cpuset=\""}) {
        const std::size_t value = bare.find(name) + std::string_view(name).size();
        bare.replace(value, bare.find('"', value) - value, "0x0");
    }
    return xml.replace(at, node.size(), bare);
}

TEST(FromXml, ANumaNodeWithoutCpusIsLeftOut) {
    const std::string xml = without_cpus(synthetic_xml("[numa] pack:2 [numa] core:4 pu:1"), 0);
    const auto machine = from_xml_text(xml, "edited");
    ASSERT_TRUE(succeeds(machine));
    for (const auto& node : machine->numa_nodes)
        EXPECT_EQ(node.cpus.size(), 4);
    ASSERT_EQ(machine->numa_nodes.size(), 2u);
    for (const auto& core : machine->cores)
        EXPECT_TRUE(machine->numa_nodes.at(static_cast<std::size_t>(core.numa))
                        .cpus.contains(core.pus.front()));
}

TEST(FromXml, AKindOfDeviceThatHwlocDoesNotHaveIsNotAnInterfacesName) {
    std::string xml = test::content_of(test::topology_file("p4d.24xlarge"));
    constexpr std::string_view openfabrics = "osdev_type=\"3\"";
    const std::size_t at = xml.find(openfabrics);
    ASSERT_NE(at, std::string::npos);
    xml.replace(at, openfabrics.size(), "osdev_type=\"200\"");
    const auto machine = from_xml_text(xml, "edited");
    ASSERT_TRUE(succeeds(machine));
    ASSERT_EQ(machine->efas.size(), 4U);
    EXPECT_EQ(machine->efas[0].name, machine->efas[0].pci);
}

TEST(FromXml, NumaNodesKeepTheirNumberInTheSystem) {
    const auto machine = synthetic("pack:2 [numa(indexes=8,3)] core:2 pu:1");
    ASSERT_EQ(machine.numa_nodes.size(), 2u);
    EXPECT_EQ(machine.numa_nodes[0].os_index, 8);
    EXPECT_EQ(machine.numa_nodes[1].os_index, 3);
}

TEST(FromXml, OnP4dAnInterfaceAndTwoGpusShareAHostBridge) {
    const Machine& machine = recorded("p4d.24xlarge");
    std::set<int> bridges;
    for (const Device& efa : machine.efas) {
        EXPECT_GE(efa.bridge, 0);
        EXPECT_TRUE(bridges.insert(efa.bridge).second) << efa.name;
        EXPECT_EQ(std::ranges::count(machine.gpus, efa.bridge, &Device::bridge), 2) << efa.name;
        for (const Device& gpu : machine.gpus)
            if (gpu.bridge == efa.bridge) {
                EXPECT_EQ(gpu.pci.substr(0, 7), efa.pci.substr(0, 7));
            }
    }
}

TEST(FromXml, OnTheOtherTypesEveryDeviceHasAHostBridge) {
    for (const char* type : {"c5n.18xlarge", "hpc6a.48xlarge", "hpc7a.96xlarge", "p5.48xlarge"})
        for (const auto* devices : {&recorded(type).efas, &recorded(type).gpus})
            for (const Device& device : *devices)
                EXPECT_GE(device.bridge, 0) << type << " " << device.name;
}

TEST(Discover, FindsThisMachine) {
    const auto machine = discover();
    ASSERT_TRUE(succeeds(machine));
    EXPECT_GE(machine->cores.size(), 1u);
    EXPECT_GE(machine->numa_nodes.size(), 1u);
    EXPECT_FALSE(machine->cpus.empty());
}

TEST(Discover, ItsXmlReadsBackAsTheSameMachine) {
    const TempFolder folder;
    const auto live = discover();
    const auto xml = discover_xml();
    ASSERT_TRUE(succeeds(xml));
    const auto machine = from_xml(folder.write("t.xml", *xml));
    ASSERT_TRUE(succeeds(machine));
    EXPECT_EQ(machine->cpus, live->cpus);
    EXPECT_EQ(machine->cores.size(), live->cores.size());
}

} // namespace topology_load_test
} // namespace fairlead::topology
