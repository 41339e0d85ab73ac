/// Budgets for Prometheus, as its node exporter reads them from a file.
#pragma once

#include "cost/budget_snapshot.hpp"

namespace fairlead::cost {

/// The text exposition format, version 0.0.4: of each budget its limit, what is used of it and its
/// end, of the snapshot its time and jobs. Amounts in units of their currency.
std::string metrics_of(const BudgetSnapshot& snapshot);

} // namespace fairlead::cost
