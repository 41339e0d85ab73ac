#include "fabric/inventory.hpp"

#include "expect_error.hpp"
#include "fake_sysfs.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_inventory_test {

using test::FakeSysfs;

TEST(Inventory, ListsEfaDevicesByPciAddress) {
    const FakeSysfs sysfs;
    sysfs.add_device("rdmap9s0", "0000:a0:00.0", "efa");
    sysfs.add_device("rdmap16s0", "0000:10:00.0", "efa");
    const auto devices = efa_devices(sysfs.root()).value();
    ASSERT_EQ(devices.size(), 2u);
    EXPECT_EQ(devices[0].name, "rdmap16s0");
    EXPECT_EQ(devices[0].pci, "0000:10:00.0");
    EXPECT_EQ(devices[1].name, "rdmap9s0");
    EXPECT_EQ(devices[1].pci, "0000:a0:00.0");
}

TEST(Inventory, TheDriverDecidesAndNotTheName) {
    const FakeSysfs sysfs;
    sysfs.add_device("efa_0", "0000:10:00.0", "mlx5_core");
    sysfs.add_device("mlx5_0", "0000:11:00.0", "efa");
    const auto devices = efa_devices(sysfs.root()).value();
    ASSERT_EQ(devices.size(), 1u);
    EXPECT_EQ(devices[0].name, "mlx5_0");
}

TEST(Inventory, SoDoVendorAndDeviceId) {
    const FakeSysfs sysfs;
    sysfs.add_device("rdmap16s0", "0000:10:00.0", "efa", "0x1d0f", "0xefa0");
    sysfs.add_device("rdmap17s0", "0000:11:00.0", "efa", "0x1d0f", "0xefa4");
    sysfs.add_device("rdmap18s0", "0000:12:00.0", "efa", "0x15b3", "0xefa1");
    sysfs.add_device("rdmap19s0", "0000:13:00.0", "efa", "0x1d0f", "0xec20");
    sysfs.add_device("rdmap20s0", "0000:14:00.0", "efa", "", "");
    const auto devices = efa_devices(sysfs.root()).value();
    ASSERT_EQ(devices.size(), 2u);
    EXPECT_EQ(devices[0].name, "rdmap16s0");
    EXPECT_EQ(devices[1].name, "rdmap17s0");
}

// The driver knows which devices it can drive; a list of ours would drain nodes of a new
// generation.
TEST(Inventory, ADeviceOfTheFamilyThatIsNotKnownYetIsAnEfa) {
    const FakeSysfs sysfs;
    sysfs.add_device("rdmap16s0", "0000:10:00.0", "efa", "0x1d0f", "0xefa5");
    EXPECT_EQ(efa_devices(sysfs.root())->size(), 1u);
}

TEST(Inventory, ADeviceWithoutDriverIsNone) {
    const FakeSysfs sysfs;
    std::filesystem::create_directories(sysfs.root() / "sys/class/infiniband/siw0");
    EXPECT_TRUE(efa_devices(sysfs.root())->empty());
}

TEST(Inventory, IsEmptyWhereTheKernelHasNoInfiniBand) {
    const FakeSysfs sysfs;
    EXPECT_TRUE(efa_devices(sysfs.root())->empty());
    EXPECT_TRUE(efa_devices("/none")->empty());
}

// A short list would look like a node that lost its interfaces.
TEST(Inventory, AFolderThatCannotBeListedIsAnError) {
    const FakeSysfs sysfs;
    std::filesystem::create_directories(sysfs.root() / "sys/class");
    std::ofstream(sysfs.root() / "sys/class/infiniband") << "not a folder";
    EXPECT_TRUE(test::fails_with(efa_devices(sysfs.root()), Code::E204, "cannot list"));
}

} // namespace fabric_inventory_test
} // namespace fairlead::fabric
