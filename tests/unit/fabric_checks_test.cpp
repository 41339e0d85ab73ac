#include "fabric/checks.hpp"
#include "fabric/counters.hpp"

#include "fake_sysfs.hpp"
#include "machines.hpp"
#include "source_dir.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_checks_test {

using test::FakeSysfs;

const catalog::Catalog& types() {
    static const auto catalog =
        catalog::Catalog::load(test::source_dir() / "conf/instance-types.csv", {}).value();
    return catalog;
}

/// The root of an instance with the EFA devices of its recorded topology, all in order.
class FakeNode {
  public:
    explicit FakeNode(const std::string& type) : type_(type) {
        sysfs.set_dmi("product_name", type);
        sysfs.set_dmi("board_asset_tag", "i-0123456789abcdef0");
        sysfs.set("sys/module/efa/version", "2.17.3g\n");
        sysfs.set("proc/sys/kernel/yama/ptrace_scope", "0\n");
        sysfs.set("proc/sys/vm/nr_hugepages", "5128\n");
        sysfs.add_interface("eth0", "ena", 9001);
        for (const auto& efa : test::recorded(type.c_str()).efas) {
            sysfs.add_device(efa.name, efa.pci, "efa");
            sysfs.add_device_file(efa.pci, "uverbs" + std::to_string(pci.size()));
            pci.push_back(efa.pci);
        }
        facts.instance_id = "i-0123456789abcdef0";
        facts.instance_type = type;
        facts.placement_group = "pg";
        facts.partition_number = 0;
        facts.network_cards.emplace();
        for (int card = 0; card < types().find(type)->network_cards; ++card)
            facts.network_cards->push_back(card);
        rules.instance_types = {type};
        rules.fabric = {.efa = config::EfaNeed::Required,
                        .placement = config::Placement::Cluster,
                        .group = "pg"};
        site = {.driver = "2.0", .ptrace_scope = true, .huge_pages = 1, .mtu = 9001};
        answer.pci = pci;
        hwloc = pci;
    }

    std::string device(std::size_t i) const { return "sys/devices/pci0000:00/" + pci.at(i); }

    Checked check(int interfaces = 0) const {
        Node node{.root = sysfs.root(),
                  .instance = this_instance(sysfs.root()),
                  .devices = efa_devices(sysfs.root()).value(),
                  .facts = facts,
                  .probe = answer,
                  .hwloc = hwloc};
        return check_node(node, types(), rules, interfaces, site);
    }

    /// Codes of what failed, in order.
    std::vector<Code> failures(int interfaces = 0) const {
        std::vector<Code> codes;
        for (const Finding& finding : check(interfaces).findings)
            if (finding.error)
                codes.push_back(finding.error->code);
        return codes;
    }

    FakeSysfs sysfs;
    std::vector<std::string> pci;
    aws::InstanceFacts facts;
    ProbeAnswer answer;
    std::vector<std::string> hwloc; ///< PCI addresses, as it read them from the recorded topology
    config::PartitionRules rules;
    config::NodeChecks site;

  private:
    std::string type_;
};

using Codes = std::vector<Code>;

class EveryType : public testing::TestWithParam<std::string> {
  protected:
    FakeNode node{GetParam()};
};

TEST_P(EveryType, InOrderPassesEveryCheck) {
    const Checked checked = node.check();
    EXPECT_EQ(checked.verdict.outcome, Outcome::Ready);
    EXPECT_EQ(static_cast<std::size_t>(checked.verdict.found), node.pci.size());
    for (const Finding& finding : checked.findings)
        EXPECT_EQ(finding.state, State::Ok) << finding.check << ": " << finding.found;
}

TEST_P(EveryType, ADeviceThatIsGoneIsMissed) {
    node.sysfs.remove("sys/class/infiniband/" + test::recorded(GetParam().c_str()).efas[0].name);
    const auto failures = node.failures();
    ASSERT_FALSE(failures.empty());
    EXPECT_EQ(failures.front(), Code::E201);
}

TEST_P(EveryType, ADeviceOfAnotherDriverIsNoEfa) {
    node.sysfs.remove(node.device(0) + "/driver");
    std::filesystem::create_symlink("/sys/bus/pci/drivers/vfio-pci",
                                    node.sysfs.root() / node.device(0) / "driver");
    EXPECT_EQ(node.failures().front(), Code::E201);
}

TEST_P(EveryType, ADeviceOfAnotherVendorOrIdIsNoEfa) {
    node.sysfs.set(node.device(0) + "/vendor", "0x15b3\n");
    EXPECT_EQ(node.failures().front(), Code::E201);
    node.sysfs.set(node.device(0) + "/vendor", "0x1d0f\n");
    node.sysfs.set(node.device(0) + "/device", "0xec20\n"); // ENA
    EXPECT_EQ(node.failures().front(), Code::E201);
}

TEST_P(EveryType, AUverbsThatIsGoneIsFound) {
    node.sysfs.remove("dev/infiniband/uverbs0");
    EXPECT_EQ(node.failures(), Codes{Code::E206});
}

TEST_P(EveryType, WhatTheSiteDemandsIsFoundWanting) {
    node.site.driver = "2.18";
    node.site.huge_pages = 6000;
    node.site.mtu = 9002;
    node.sysfs.set("proc/sys/kernel/yama/ptrace_scope", "1\n");
    EXPECT_EQ(node.failures(), (Codes{Code::E207, Code::E208, Code::E216, Code::E217}));
    node.site = {};
    EXPECT_EQ(node.failures(), Codes{});
}

TEST_P(EveryType, AnotherTypeThanThePartitionsIsFound) {
    node.rules.instance_types = {"m5.large"};
    EXPECT_EQ(node.failures(), Codes{Code::E218});
}

TEST_P(EveryType, AnotherGroupIsFound) {
    node.rules.fabric.group = "other";
    EXPECT_EQ(node.failures(), Codes{Code::E210});
}

TEST_P(EveryType, ALibfabricWithoutEfaIsFound) {
    node.answer.pci.clear();
    EXPECT_EQ(node.failures(), Codes{Code::E214});
    node.answer.pci = {"0000:ff:00.0"};
    EXPECT_EQ(node.failures(), Codes{Code::E215});
    node.site.libfabric = false;
    EXPECT_EQ(node.failures(), Codes{});
}

TEST_P(EveryType, AnHwlocThatShowsOtherDevicesIsFound) {
    node.hwloc.back() = "0000:ff:00.0";
    EXPECT_EQ(node.failures(), Codes{Code::E215});
    node.site.libfabric = false;
    EXPECT_EQ(node.failures(), Codes{});
}

TEST_P(EveryType, ADeviceWhoseCountersWereResetMidJobHasNoDelta) {
    const auto efas = efa_devices(node.sysfs.root()).value();
    const auto count = [&](const EfaDevice& device, const char* port, const char* own) {
        node.sysfs.set_port_counter(device.name, "tx_bytes", port);
        node.sysfs.set_device_counter(device.name, "keep_alive_rcvd", own);
    };
    for (const EfaDevice& device : efas)
        count(device, "1000\n", "7\n");
    const auto before = read_counters(node.sysfs.root()).value();
    for (const EfaDevice& device : efas)
        count(device, device == efas.front() ? "10\n" : "1500\n", "9\n");
    const auto counted = deltas(before, read_counters(node.sysfs.root()).value());
    ASSERT_EQ(counted.size(), node.pci.size());
    for (const DeviceDelta& device : counted) {
        const bool reset = device.name == efas.front().name;
        EXPECT_EQ(device.seen, Seen::Throughout) << device.name;
        EXPECT_EQ(device.reset, reset) << device.name;
        EXPECT_EQ(device.delta,
                  reset ? Counters{} : (Counters{{"keep_alive_rcvd", 2}, {"tx_bytes", 500}}))
            << device.name;
    }
}

TEST_P(EveryType, WithoutMetadataNothingFails) {
    node.facts = {};
    EXPECT_EQ(node.failures(), Codes{});
}

INSTANTIATE_TEST_SUITE_P(Checks, EveryType, testing::ValuesIn(test::recorded_types),
                         [](const auto& type) {
                             std::string name = type.param;
                             std::replace(name.begin(), name.end(), '.', '_');
                             return name;
                         });

TEST(Checks, AnInterfaceThatWasNeverLaunchedIsToldFromOneThatBroke) {
    for (const char* type : {"hpc7a.96xlarge", "p4d.24xlarge", "p5.48xlarge"}) {
        FakeNode node{type};
        node.sysfs.remove("sys/class/infiniband/" + test::recorded(type).efas[1].name);
        EXPECT_EQ(node.failures().front(), Code::E201) << type;
        node.facts.network_cards->erase(node.facts.network_cards->begin() + 1);
        EXPECT_EQ(node.failures().front(), Code::E213) << type;
    }
}

// rxe and mlx5 devices look like any other RDMA device by name and port.
TEST(Checks, AnotherRdmaDeviceIsNeitherCountedNorMissed) {
    const FakeNode node{"hpc6a.48xlarge"};
    node.sysfs.add_device("rxe0", "0000:99:00.0", "rdma_rxe", "0x1af4", "0x1000");
    node.sysfs.add_device("mlx5_0", "0000:98:00.0", "mlx5_core", "0x15b3", "0x1021");
    EXPECT_EQ(node.failures(), Codes{});
    EXPECT_EQ(node.check().verdict.found, 1);
}

TEST(Checks, ASiteThatDemandsFewerIsContentWithFewer) {
    FakeNode node{"hpc7a.96xlarge"};
    node.sysfs.remove("sys/class/infiniband/" + test::recorded("hpc7a.96xlarge").efas[1].name);
    node.answer.pci.pop_back();
    node.hwloc.pop_back();
    node.rules.fabric.efa_interfaces = 1;
    EXPECT_EQ(node.failures(1), Codes{});
    EXPECT_EQ(node.failures(2), Codes{Code::E103});
    EXPECT_EQ(node.check(2).verdict.outcome, Outcome::RequestWrong);
}

TEST(Checks, AJobThatAsksForLessThanAllIsContent) {
    FakeNode node{"hpc7a.96xlarge"};
    node.sysfs.remove("sys/class/infiniband/" + test::recorded("hpc7a.96xlarge").efas[1].name);
    node.answer.pci.pop_back();
    node.hwloc.pop_back();
    EXPECT_EQ(node.failures(1), Codes{});
    EXPECT_EQ(node.failures(0), Codes{Code::E201});
    node.rules.mode = config::Mode::Enforce;
    node.rules.relax = {config::Relaxable::EfaInterfaces};
    EXPECT_EQ(node.failures(1), Codes{});
}

TEST(Checks, AJobThatAsksForLessThanAllGetsNoLessWhereThePartitionInsists) {
    FakeNode node{"hpc7a.96xlarge"};
    node.rules.mode = config::Mode::Enforce;
    EXPECT_EQ(node.failures(1), Codes{});
    EXPECT_EQ(node.failures(3), Codes{Code::E103});
    node.sysfs.remove("sys/class/infiniband/" + test::recorded("hpc7a.96xlarge").efas[1].name);
    node.answer.pci.pop_back();
    node.hwloc.pop_back();
    for (const int interfaces : {0, 1, 3})
        EXPECT_EQ(node.failures(interfaces), Codes{Code::E201}) << interfaces;
    EXPECT_EQ(node.check(1).verdict.expected, 2);
    node.rules.fabric.efa = config::EfaNeed::Preferred;
    EXPECT_EQ(node.failures(1), Codes{});
}

TEST(Checks, ANodeThatNeverHadEfaIsNotBroken) {
    const FakeSysfs sysfs;
    const Node node{.root = sysfs.root(), .instance = {"m5.large", ""}, .devices = {}};
    const auto checked = check_node(node, types(), {}, 0, {});
    EXPECT_EQ(checked.verdict.outcome, Outcome::RequestWrong);
    for (const Finding& finding : checked.findings)
        EXPECT_TRUE(!finding.error || finding.error->code == Code::E202) << finding.check;
}

} // namespace fabric_checks_test
} // namespace fairlead::fabric
