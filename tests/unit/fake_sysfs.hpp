/// The part of /sys that Fairlead reads, made by a test.
#pragma once

#include "temp_folder.hpp"

#include <filesystem>
#include <string>

namespace fairlead::test {

class FakeSysfs {
  public:
    std::filesystem::path root() const { return folder_.path(); }

    /// An InfiniBand device on a PCI device that `driver` drives.
    void add_device(const std::string& name, const std::string& pci,
                    const std::string& driver) const {
        namespace fs = std::filesystem;
        const fs::path device = root() / "sys/devices/pci0000:00" / pci;
        const fs::path drivers = root() / "sys/bus/pci/drivers" / driver;
        fs::create_directories(device);
        fs::create_directories(drivers);
        fs::create_directory_symlink(drivers, device / "driver");
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

    void set_dmi(const std::string& name, const std::string& value) const {
        folder_.write("sys/devices/virtual/dmi/id/" + name, value);
    }

  private:
    TempFolder folder_;
};

} // namespace fairlead::test
