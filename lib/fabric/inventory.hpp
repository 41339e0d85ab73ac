/// The EFA devices a node really has, read from sysfs: by driver, because names and port states say
/// nothing (the EFA driver reports every port ACTIVE).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fairlead::fabric {

struct EfaDevice {
    std::string name; ///< libibverbs name, "rdmap16s0"
    std::string pci;  ///< "0000:10:00.0", empty where sysfs does not say
};

/// Devices of /sys/class/infiniband below `root` whose driver is `efa`, ordered by PCI address.
std::vector<EfaDevice> efa_devices(const std::filesystem::path& root);

} // namespace fairlead::fabric
