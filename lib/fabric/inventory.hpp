/// The EFA devices a node really has, read from sysfs: by driver, vendor and device id, because
/// names and port states say nothing (the EFA driver reports every port ACTIVE).
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fairlead::fabric {

struct EfaDevice {
    std::string name; ///< libibverbs name, "rdmap16s0"
    std::string pci;  ///< "0000:10:00.0", empty where sysfs does not say

    bool operator==(const EfaDevice&) const = default;
};

/// Devices of /sys/class/infiniband below `root` whose driver is `efa` and whose PCI ids are
/// Amazon's (0x1d0f) for EFA (0xefa0 to 0xefaf), ordered by PCI address; none where that folder
/// does not exist. FL-E204 where it cannot be read to its end: a short list would look like a
/// broken node.
Result<std::vector<EfaDevice>> efa_devices(const std::filesystem::path& root);

} // namespace fairlead::fabric
