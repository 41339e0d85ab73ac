/// A plan for people and for programs; the same text from a running job and from the command line.
#pragma once

#include "pin/plan.hpp"

#include <string>
#include <vector>

namespace fairlead::pin {

/// The names of a rank's EFA interfaces, and of its GPUs.
std::vector<std::string> nic_names(const topology::Machine& machine, const RankPlan& rank);
std::vector<std::string> gpu_names(const topology::Machine& machine, const RankPlan& rank);

/// The operating-system numbers of a rank's NUMA nodes.
std::vector<int> numa_numbers(const topology::Machine& machine, const RankPlan& rank);

/// Lines without line ends, each beginning with "efa-pin:". More than 16 ranks are shown together
/// where they have the same NUMA nodes and devices, so that a node of 192 fits one screen.
std::vector<std::string> report_lines(const topology::Machine& machine, const Plan& plan);

/// The lines of it that every user sees, asked for or not: what was promised and does not hold.
std::vector<std::string> broken_lines(const Plan& plan);

/// fairlead.pin/1, as docs/schema/fairlead.pin-1.json describes it: every rank a row; indented,
/// with a line end.
std::string report_json(const topology::Machine& machine, const Plan& plan);

} // namespace fairlead::pin
