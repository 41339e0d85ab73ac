/// What drivers and libraries of the machine say that hwloc does not ask.
#pragma once

#include "topology/machine.hpp"

#include <filesystem>

namespace fairlead::topology {

/// Fills Device::uuid and Device::minor of NVIDIA GPUs from the driver's own files below `root`,
/// without loading its library.
void add_gpu_identities(const std::filesystem::path& root, Machine& machine);

/// The version of the libfabric below `root` that programs find first: the EFA installer's, else
/// Debian's; asked of its fi_info. Empty where there is none.
std::string libfabric_version(const std::filesystem::path& root);

} // namespace fairlead::topology
