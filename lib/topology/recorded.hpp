/// The recorded topology of this machine as steps read it: without hwloc.
#pragma once

#include "topology/machine_record.hpp"

#include <filesystem>

namespace fairlead::topology {

/// `run`/machine.json
std::filesystem::path record_file(const std::filesystem::path& run);

/// The record of this boot, when only root could have written it. FL-X101 where there is none,
/// FL-X110 where others could have, FL-P204 where it is damaged, of another boot or another hwloc.
Result<MachineRecord> read_record(const std::filesystem::path& run);
Result<Machine> recorded(const std::filesystem::path& run);

} // namespace fairlead::topology
