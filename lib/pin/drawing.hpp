/// A plan as a picture: the machine as hwloc's lstopo draws it, ranks in the colour of their NIC.
#pragma once

#include "pin/plan.hpp"

#include <string>

namespace fairlead::pin {

/// A standalone SVG file, 1600 wide and made for a page or slide: each hardware thread shows the
/// rank that has it in the colour of the rank's first interface, each interface and GPU its ranks;
/// below that a legend and what the plan says of itself. The same for equal inputs; never fails.
Result<std::string> drawing(const topology::Machine& machine, const Plan& plan);

} // namespace fairlead::pin
