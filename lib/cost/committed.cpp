#include "cost/committed.hpp"

namespace fairlead::cost {

std::vector<Committed> committed_of(const BudgetSnapshot& snapshot) {
    std::vector<Money> amounts(snapshot.groups.size());
    for (const LiveJob& job : snapshot.jobs)
        if (job.group && !job.stopped) {
            Money& amount = amounts[*job.group];
            amount = sum(amount, job.at_most).value_or(amount);
        }
    std::vector<Committed> all;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
        const BudgetGroup& group = snapshot.groups[i];
        if (group.caps.empty())
            continue;
        const Cap& own = snapshot.caps[group.caps.front()];
        if (own.name == "group " + group.name)
            all.push_back({group.name, own.currency, amounts[i]});
    }
    return all;
}

} // namespace fairlead::cost
