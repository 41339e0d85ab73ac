/// What an update of a job may cost more than the job as it is. Functions of values.
#pragma once

#include "cost/budget.hpp"

namespace fairlead::cost {

struct Dearer {
    Money amount{}; ///< 0 or less where it becomes cheaper
    std::string_view currency{};
    const BudgetGroup* group = nullptr; ///< whose budgets it counts in afterwards; null for none
    std::optional<Error> unknown{};     ///< why that is not all
    bool newly = false; ///< before the update its cost was known, or nothing, or the job smaller
    JobSize size{};     ///< afterwards
};

/// A job that was stopped for its budget counts as a whole once it is released, and one that goes
/// to another group in that group's.
Dearer dearer_by(const BudgetView& view, const Settings& settings, const LiveJob& job,
                 const Change& change);

/// Of all that the update says: the same for the same update, and for others most likely not.
std::uint64_t fingerprint(const Change& change);

/// Whether the update is of a kind that can make any job dearer, or let it start.
bool may_be_dearer(const Change& change);

} // namespace fairlead::cost
