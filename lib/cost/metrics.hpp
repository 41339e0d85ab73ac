/// Budgets, and what the brake keeps in service, for Prometheus, as its node exporter reads them
/// from a file.
#pragma once

#include "cost/budget_snapshot.hpp"
#include "state/brake.hpp"

#include <span>

namespace fairlead::cost {

/// The text exposition format, version 0.0.4: of each budget its limit, what is used of it and its
/// end, of the snapshot its time and jobs. Amounts in units of their currency. Of each check past
/// its brake, how many nodes it would have drained within the hour.
std::string metrics_of(const BudgetSnapshot& snapshot, std::span<const state::Braked> brakes);

} // namespace fairlead::cost
