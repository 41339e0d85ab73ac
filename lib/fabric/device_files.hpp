/// The files through which programs reach the EFA devices.
#pragma once

#include "fabric/finding.hpp"
#include "fabric/inventory.hpp"

#include <filesystem>
#include <vector>

namespace fairlead::fabric {

/// Each device's uverbs file below `root`/dev/infiniband is the character device that sysfs names,
/// and opens: libfabric's efa provider gives up as a whole where one does not, whatever the others
/// do (FL-E206). Opening makes no context and disturbs no job.
Finding check_device_files(const std::filesystem::path& root,
                           const std::vector<EfaDevice>& devices);

} // namespace fairlead::fabric
