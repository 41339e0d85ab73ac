/// The part of /sys that Fairlead reads, made by a test.
#pragma once

#include "temp_folder.hpp"

#include <filesystem>
#include <string>

namespace fairlead::test {

class FakeSysfs {
  public:
    std::filesystem::path root() const { return folder_.path(); }

    /// An InfiniBand device on a PCI device that `driver` drives. The ids are those of an EFA.
    void add_device(const std::string& name, const std::string& pci, const std::string& driver,
                    const std::string& vendor = "0x1d0f", const std::string& id = "0xefa1") const {
        namespace fs = std::filesystem;
        const fs::path device = root() / "sys/devices/pci0000:00" / pci;
        const fs::path drivers = root() / "sys/bus/pci/drivers" / driver;
        fs::create_directories(device);
        fs::create_directories(drivers);
        fs::create_directory_symlink(drivers, device / "driver");
        folder_.write("sys/devices/pci0000:00/" + pci + "/vendor", vendor + "\n");
        folder_.write("sys/devices/pci0000:00/" + pci + "/device", id + "\n");
        fs::create_directories(root() / "sys/class/infiniband" / name);
        fs::create_directory_symlink("../../../devices/pci0000:00/" + pci,
                                     root() / "sys/class/infiniband" / name / "device");
    }

    /// Counters of port 1, and of the device itself.
    void set_port_counter(const std::string& device, const std::string& name,
                          const std::string& text) const {
        folder_.write("sys/class/infiniband/" + device + "/ports/1/hw_counters/" + name, text);
    }
    void set_device_counter(const std::string& device, const std::string& name,
                            const std::string& text) const {
        folder_.write("sys/class/infiniband/" + device + "/hw_counters/" + name, text);
    }

    /// The device through which programs reach a device: /dev/null stands for it, so that it opens.
    void add_device_file(const std::string& pci, const std::string& uverbs) const {
        folder_.write("sys/devices/pci0000:00/" + pci + "/infiniband_verbs/" + uverbs + "/dev",
                      "1:3\n");
        std::filesystem::create_directories(root() / "dev/infiniband");
        std::filesystem::create_symlink("/dev/null", root() / "dev/infiniband" / uverbs);
    }

    /// An Ethernet interface.
    void add_interface(const std::string& name, const std::string& driver, int mtu) const {
        namespace fs = std::filesystem;
        const fs::path net = root() / "sys/class/net" / name;
        fs::create_directories(net / "device");
        fs::create_directory_symlink("/sys/bus/pci/drivers/" + driver, net / "device/driver");
        folder_.write("sys/class/net/" + name + "/mtu", std::to_string(mtu) + "\n");
    }

    /// A file of the kernel's, "proc/sys/vm/nr_hugepages".
    void set(const std::string& file, const std::string& text) const { folder_.write(file, text); }
    void remove(const std::string& file) const { std::filesystem::remove_all(root() / file); }

    void set_dmi(const std::string& name, const std::string& value) const {
        folder_.write("sys/devices/virtual/dmi/id/" + name, value);
    }

  private:
    TempFolder folder_;
};

} // namespace fairlead::test
