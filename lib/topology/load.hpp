/// Where a Machine comes from: hwloc XML, or the kernel of this machine.
#pragma once

#include "base/error.hpp"
#include "topology/machine.hpp"

#include <filesystem>
#include <string>

namespace fairlead::topology {

/// Reads hwloc XML, including a topology of another machine. FL-P204 when it is none.
Result<Machine> from_xml(const std::filesystem::path& path);

/// The same from text; `source` names it in messages.
Result<Machine> from_xml_text(const std::string& xml, std::string_view source);

/// Asks the kernel, for all CPUs of the machine whatever this process may use. Components that run
/// vendor code (CUDA, NVML, OpenCL, X11) or disturb other threads (the x86 backend) stay out:
/// inside slurmstepd they have hung (hwloc #474, mpibind's TOSS-6198). hwloc loads its plugins all
/// the same, before anything can be told to it, unless HWLOC_PLUGINS_PATH leads nowhere: for
/// programs, not for daemons. FL-P204.
Result<Machine> discover();

/// The same discovery written as XML for from_xml().
Result<std::string> discover_xml();

} // namespace fairlead::topology
