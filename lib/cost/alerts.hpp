/// Which thresholds of their budgets groups have passed.
#pragma once

#include "cost/report.hpp"

namespace fairlead::cost {

struct Alert {
    std::string group{};
    std::string pi{};
    std::vector<std::string> viewers{}; ///< mail addresses
    int percent{};
    std::string period{}; ///< the day that it began on; of a rolling one the month
    BudgetUse use{};
};

/// All of a report by group, each as often as it is asked for.
std::vector<Alert> alerts_of(const Report& report, const Groups& groups);

} // namespace fairlead::cost
