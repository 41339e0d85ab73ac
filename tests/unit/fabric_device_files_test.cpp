#include "fabric/device_files.hpp"

#include "fake_sysfs.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace fairlead::fabric {
namespace fabric_device_files_test {

namespace fs = std::filesystem;
using test::FakeSysfs;

const std::vector<EfaDevice> two{{"rdmap49s0", "0000:31:00.0"}, {"rdmap161s0", "0000:a1:00.0"}};

class DeviceFiles : public testing::Test {
  protected:
    DeviceFiles() {
        for (std::size_t i = 0; i < two.size(); ++i) {
            sysfs.add_device(two[i].name, two[i].pci, "efa");
            sysfs.add_device_file(two[i].pci, "uverbs" + std::to_string(i));
        }
    }

    void expect_broken(const std::string& because) const {
        const Finding finding = check_device_files(sysfs.root(), two);
        EXPECT_EQ(finding.state, State::Failed);
        ASSERT_TRUE(finding.error) << because;
        EXPECT_EQ(finding.error->code, Code::E206);
        EXPECT_NE(finding.error->message.find(because), std::string::npos)
            << finding.error->message;
        EXPECT_EQ(finding.found, "1 of 2 open");
    }

    fs::path file(const char* uverbs) const { return sysfs.root() / "dev/infiniband" / uverbs; }

    FakeSysfs sysfs;
};

TEST_F(DeviceFiles, ThatAllOpenAreFine) {
    const Finding finding = check_device_files(sysfs.root(), two);
    EXPECT_EQ(finding.state, State::Ok);
    EXPECT_FALSE(finding.error);
    EXPECT_EQ(finding.found, "2 of 2 open");
}

TEST_F(DeviceFiles, OneThatIsGoneBreaksTheNode) {
    fs::remove(file("uverbs1"));
    expect_broken("efa: rdmap161s0: /dev/infiniband/uverbs1: No such file or directory");
}

TEST_F(DeviceFiles, OneOfAnotherDeviceBreaksTheNode) {
    fs::remove(file("uverbs0"));
    fs::create_symlink("/dev/zero", file("uverbs0"));
    expect_broken("/dev/infiniband/uverbs0 is not the device that sysfs names");
}

TEST_F(DeviceFiles, APlainFileIsNoDevice) {
    fs::remove(file("uverbs0"));
    sysfs.set("dev/infiniband/uverbs0", "");
    expect_broken("is not the device that sysfs names");
}

// As the device file of a driver that is gone.
TEST_F(DeviceFiles, OneThatDoesNotOpenBreaksTheNode) {
    constexpr unsigned nobodys_major =
        240; // for experiments: Documentation/admin-guide/devices.txt
    fs::remove(file("uverbs0"));
    if (::mknod(file("uverbs0").c_str(), S_IFCHR | 0600, makedev(nobodys_major, 77)) != 0)
        GTEST_SKIP() << "no device files can be made here";
    sysfs.set("sys/devices/pci0000:00/0000:31:00.0/infiniband_verbs/uverbs0/dev", "240:77\n");
    expect_broken("/dev/infiniband/uverbs0: ");
}

TEST_F(DeviceFiles, ADeviceWithoutUverbsBreaksTheNode) {
    sysfs.remove("sys/devices/pci0000:00/0000:a1:00.0/infiniband_verbs");
    expect_broken("efa: rdmap161s0: no uverbs device");
}

TEST_F(DeviceFiles, OfNoDeviceAreFine) {
    EXPECT_EQ(check_device_files("/none", {}).state, State::Ok);
}

} // namespace fabric_device_files_test
} // namespace fairlead::fabric
