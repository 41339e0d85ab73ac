#include "fabric/instance.hpp"

#include "fake_sysfs.hpp"

#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_instance_test {

using test::FakeSysfs;

TEST(Instance, IsWhatTheFirmwareSays) {
    const FakeSysfs sysfs;
    sysfs.set_dmi("product_name", "hpc7a.96xlarge\n");
    sysfs.set_dmi("board_asset_tag", "i-0123456789abcdef0\n");
    const auto instance = this_instance(sysfs.root());
    EXPECT_EQ(instance.type, "hpc7a.96xlarge");
    EXPECT_EQ(instance.id, "i-0123456789abcdef0");
}

TEST(Instance, OutsideEc2HasNoId) {
    const FakeSysfs sysfs;
    sysfs.set_dmi("product_name", "PowerEdge R650\n");
    sysfs.set_dmi("board_asset_tag", "Not Specified\n");
    const auto instance = this_instance(sysfs.root());
    EXPECT_EQ(instance.type, "PowerEdge R650");
    EXPECT_EQ(instance.id, "");
}

TEST(Instance, IsUnknownWithoutFirmware) {
    const FakeSysfs sysfs;
    const auto instance = this_instance(sysfs.root());
    EXPECT_EQ(instance.type, "");
    EXPECT_EQ(instance.id, "");
}

TEST(Instance, ATextTooLongForFirmwareIsNotRead) {
    const FakeSysfs sysfs;
    sysfs.set_dmi("product_name", std::string(4097, 'x'));
    EXPECT_EQ(this_instance(sysfs.root()).type, "");
}

} // namespace fabric_instance_test
} // namespace fairlead::fabric
