/// What a reader of a plan should know: cores without a rank, ranks that cross or share, interfaces
/// past their limit.
#pragma once

#include "pin/layout.hpp"

namespace fairlead::pin {

/// Counts into the plan and adds a warning for each kind. FL-P205 where the request is strict and
/// one of the plan's promises is broken.
Result<void> find_out(const topology::Machine& machine, const PlanInput& input,
                      const Layout& layout, const topology::CpuSet& usable, Plan& plan);

} // namespace fairlead::pin
