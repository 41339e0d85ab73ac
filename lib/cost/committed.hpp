/// What waiting and running jobs may cost each group, as the accountant saw them last.
#pragma once

#include "cost/budget_snapshot.hpp"

namespace fairlead::cost {

struct Committed {
    std::string group, currency;
    Money amount{};
};

/// Of the groups with a budget of their own, in the order of the snapshot. Jobs that are stopped
/// for their budget commit nothing.
std::vector<Committed> committed_of(const BudgetSnapshot& snapshot);

} // namespace fairlead::cost
