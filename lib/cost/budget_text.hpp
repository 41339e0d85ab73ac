/// The sentences about budgets that users read.
#pragma once

#include "cost/budget_snapshot.hpp"

#include <string>

namespace fairlead::cost {

/// What stands against a job: "job held, not lost: needs up to $412.80, bio has $118.20 until 1
/// Dec. Try --time=06:50:00 or ask your budget owner."
struct Shortage {
    Reaction reaction; ///< Hold, Reject or RequireQos
    const Cap& cap;
    std::string_view qos; ///< of RequireQos
    Money left;           ///< of the part of the budget that the job may use; not below 0
    Money needed;
    std::chrono::minutes time; ///< of the job
};
Error error_of(const Shortage& shortage);

/// The same of an update that is refused.
Error error_of_change(const Shortage& shortage);

/// "At most $412.80 (8 nodes, 24 h)."
std::string notice_of(const InPartition& cost, const JobSize& size);

/// "At most $412.80 (8 nodes, 24 h); bio has $3,120.00 left until 1 Dec."
std::string notice_of(const InPartition& cost, const JobSize& size, const Cap& cap, Money left);

} // namespace fairlead::cost
