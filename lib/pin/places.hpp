/// Where each rank sits, and which GPUs it sits there for.
#pragma once

#include "pin/distance.hpp"
#include "pin/gpu_shares.hpp"
#include "pin/layout.hpp"
#include "pin/seats.hpp"

#include <vector>

namespace fairlead::pin {

/// By local id of the rank; no GPUs where the step has none. The GPUs are parts of PlanInput::gpus.
struct Places {
    std::vector<Seat> seats;
    std::vector<GpuSpan> gpus;
};

Places find_places(const topology::Machine& machine, const PlanInput& input, const Layout& layout,
                   const Distances& to_nics, const Distances& to_gpus);

} // namespace fairlead::pin
