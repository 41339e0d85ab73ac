/// A Machine as JSON: what slurmstepd reads, because reading hwloc's XML there would load hwloc's
/// plugins and cost a millisecond.
#pragma once

#include "base/error.hpp"
#include "topology/machine.hpp"

#include <string>
#include <string_view>

namespace fairlead::topology {

/// Two discoveries are the same while these are.
struct RecordKey {
    std::string boot_id;
    std::string hwloc; ///< version that this release is built with; a step links none

    bool operator==(const RecordKey&) const = default;
};

RecordKey current_key();

struct MachineRecord {
    RecordKey key;
    Machine machine;
    bool slurm_asked = false; ///< whether slurmctld was, with or without an answer
};

/// {"schema":"fairlead.machine/1",...}, one line with a line end.
std::string encode(const MachineRecord& record);

/// FL-P204 for what is no such record, or names CPUs, NUMA nodes or bridges that cannot be.
Result<MachineRecord> decode(std::string_view text, std::string_view source);

} // namespace fairlead::topology
