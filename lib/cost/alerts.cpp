#include "cost/alerts.hpp"

#include "cost/months.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

bool passed(const BudgetUse& use, int percent) {
    const auto spent = times(use.spent, 100);
    return spent && use.amount.nanos > 0 && *spent >= Wide{use.amount.nanos} * percent;
}

std::string period_name(const BudgetUse& use) {
    return use.period == Period::Rolling ? month_name(use.interval.to - std::chrono::seconds(1))
                                         : day_name(use.interval.from);
}

} // namespace

std::vector<Alert> alerts_of(const Report& report, const Groups& groups) {
    std::vector<Alert> alerts;
    for (const ReportLine& line : report.lines) {
        const auto group = std::ranges::find(groups.groups, line.name, &Group::name);
        if (!line.budget || group == groups.groups.end())
            continue;
        for (const Threshold& threshold : group->thresholds)
            if (passed(*line.budget, threshold.percent))
                alerts.push_back({.group = group->name,
                                  .pi = group->pi,
                                  .viewers = group->viewers,
                                  .percent = threshold.percent,
                                  .period = period_name(*line.budget),
                                  .use = *line.budget});
    }
    return alerts;
}

} // namespace fairlead::cost
