/// A plan for people and for programs; the same text from a running job and from the command line.
#pragma once

#include "pin/plan.hpp"

#include <string>
#include <vector>

namespace fairlead::pin {

/// The names of a rank's EFA interfaces.
std::vector<std::string> nic_names(const topology::Machine& machine, const RankPlan& rank);

/// Lines without line ends, each beginning with "efa-pin:".
std::vector<std::string> report_lines(const topology::Machine& machine, const Plan& plan);

/// {"schema":"fairlead.pin/1","policy":...,"ranks":[...],"summary":{...},"warnings":[...]},
/// indented, with a line end.
std::string report_json(const topology::Machine& machine, const Plan& plan);

} // namespace fairlead::pin
