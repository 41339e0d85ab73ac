/// The topology of this machine: recorded once per boot, so that a step neither discovers it nor
/// loads hwloc's plugins.
#pragma once

#include "config/config.hpp"
#include "topology/load.hpp"
#include "topology/recorded.hpp"

#include <filesystem>

namespace fairlead::topology {

/// `run`/topology.xml: the record as hwloc writes it, for people and `--topology`.
std::filesystem::path xml_file(const std::filesystem::path& run);

/// What this machine is: discovered, with what its drivers say. FL-P204. A test's recorded topology
/// goes before.
Result<Machine> look(const config::Config& config);

/// What is recorded of a machine. Its libfabric is left open: the probe knows it, and asking for it
/// once more takes longer than all the rest.
struct Survey {
    Machine machine;
    std::string xml; ///< of hwloc
    bool slurm_asked = false;
};

/// Discovers the machine and asks slurmctld what it takes `node` for (Slurm's name of it; empty:
/// not asked). FL-P204.
Result<Survey> survey(const config::Config& config, const std::string& node);

/// The version of the libfabric that jobs find first; empty for a machine without EFA, whose steps
/// have no use for it.
std::string libfabric_of(const config::Config& config, const Machine& machine);

/// Writes both files. FL-X201.
Result<void> record(const Survey& survey, const std::filesystem::path& run);

/// The record, or, where it cannot be used, what `fairlead node topology` at `program` prints: a
/// child with a deadline and an empty environment, so that a vendor's library that hangs or crashes
/// is no daemon's. A test's recorded topology goes before. FL-P204.
Result<Machine> this_machine(const config::Config& config, const std::filesystem::path& run,
                             const std::filesystem::path& program);

} // namespace fairlead::topology
