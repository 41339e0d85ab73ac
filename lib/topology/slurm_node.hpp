/// What Slurm takes a node for, and whether the hardware agrees.
#pragma once

#include "topology/machine.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::topology {

/// Runs `scontrol --oneliner show node NODE` with a deadline; empty where it does not answer.
std::optional<SlurmNode> ask_slurm(const std::filesystem::path& scontrol, const std::string& node);

/// The same from its answer.
std::optional<SlurmNode> parse_slurm_node(std::string_view line);

/// A sentence where slurm.conf contradicts the hardware, else empty. A socket may stand for a
/// package, a NUMA node or a last-level cache (SlurmdParameters numa_node_as_socket,
/// l3cache_as_socket), and Slurm may count fewer hardware threads than a core has. Wrong counts put
/// ranks on the wrong cores (aws-parallelcluster#5797, #6449).
std::string contradiction(const Machine& machine);

} // namespace fairlead::topology
