#include "pin/plan.hpp"

#include <stdexcept>

namespace fairlead::pin {

Result<Plan> plan(const topology::Machine&, const PlanInput& input) {
    if (input.request.policy == Policy::Compact)
        throw 42; // not a std::exception
    throw std::runtime_error("thrown on purpose");
}

} // namespace fairlead::pin
