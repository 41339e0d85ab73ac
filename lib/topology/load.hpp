/// Where a Machine comes from: hwloc XML, or the kernel of this machine.
#pragma once

#include "base/error.hpp"
#include "topology/machine.hpp"

#include <filesystem>
#include <string>

namespace fairlead::topology {

/// Reads hwloc XML, including a topology of another machine. FL-P204 when it is none.
Result<Machine> from_xml(const std::filesystem::path& path);

/// Asks the kernel. Components that run vendor code (CUDA, NVML, OpenCL, X11) or disturb other
/// threads (the x86 backend) stay out: inside slurmstepd they have hung (hwloc #474, mpibind's
/// TOSS-6198). FL-P204.
Result<Machine> discover();

/// The same discovery written as XML for from_xml().
Result<std::string> discover_xml();

} // namespace fairlead::topology
