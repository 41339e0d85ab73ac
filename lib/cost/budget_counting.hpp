/// Counting an amount in the budgets of a group, and which of their thresholds it passes.
#pragma once

#include "cost/budget_text.hpp"
#include "cost/budget_view.hpp"

#include <span>

namespace fairlead::cost {

/// What of a budget may be used before a threshold is passed.
std::int64_t part_of(const Cap& cap, const Threshold& threshold);

/// Whether a job with that QoS is stopped past the threshold.
bool stops(const Threshold& threshold, std::string_view qos);

/// The strictest that is passed once this much is used, of those that stop the job or of the
/// others; of equals the first. Null for none.
const Threshold* strictest(const Cap& cap, std::int64_t after, std::string_view qos, bool stopping);

/// A budget that a job does not fit.
struct Stop {
    const Cap* cap;
    const Threshold* threshold; ///< null where the sum fits in no number
    std::int64_t used;          ///< without the job
};

/// Counts the amount in all of the group's budgets, or in none and says which one it does not fit.
/// Of two that race, the second sees what the first has counted. No threshold stops what is exempt.
std::optional<Stop> count_in(const BudgetView& view, const BudgetGroup& group, Money amount,
                             std::string_view qos, bool exempt);

void give_back(const BudgetView& view, std::span<const std::size_t> caps, Money amount);

Shortage shortage_of(const Stop& stop, Money needed, std::chrono::minutes time);

} // namespace fairlead::cost
