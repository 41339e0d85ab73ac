#include "cost/budget_counting.hpp"

#include <algorithm>
#include <limits>

namespace fairlead::cost {
namespace {

/// What is used with an amount more.
struct Sum {
    std::int64_t value; ///< the largest number where it does not fit
    bool fits;
};

Sum with(std::int64_t used, Money amount) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(used, amount.nanos, &sum))
        return {std::numeric_limits<std::int64_t>::max(), false};
    return {sum, true};
}

} // namespace

std::int64_t part_of(const Cap& cap, const Threshold& threshold) {
    constexpr Wide most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(
        std::min(Wide{cap.limit.nanos} * threshold.percent / 100, most));
}

bool stops(const Threshold& threshold, std::string_view qos) {
    return threshold.reaction >= Reaction::Hold ||
           (threshold.reaction == Reaction::RequireQos && threshold.qos != qos);
}

const Threshold* strictest(const Cap& cap, std::int64_t after, std::string_view qos,
                           bool stopping) {
    const Threshold* found = nullptr;
    for (const Threshold& threshold : cap.thresholds)
        if (stops(threshold, qos) == stopping && after > part_of(cap, threshold) &&
            (!found || threshold.reaction > found->reaction))
            found = &threshold;
    return found;
}

std::optional<Stop> count_in(const BudgetView& view, const BudgetGroup& group, Money amount,
                             std::string_view qos, bool exempt) {
    for (std::size_t i = 0; i < group.caps.size(); ++i) {
        const Cap& cap = view.cap(group.caps[i]);
        Used& used = view.used(group.caps[i]);
        std::int64_t before = used.load();
        for (bool counted = false; !counted;) {
            const Sum after = with(before, amount);
            const Threshold* against = exempt ? nullptr : strictest(cap, after.value, qos, true);
            if (against || !after.fits) {
                give_back(view, std::span(group.caps).first(i), amount);
                return Stop{&cap, against, before};
            }
            counted = used.compare_exchange_weak(before, after.value);
        }
    }
    return std::nullopt;
}

void give_back(const BudgetView& view, std::span<const std::size_t> caps, Money amount) {
    for (const std::size_t place : caps)
        view.used(place).fetch_sub(amount.nanos);
}

Shortage shortage_of(const Stop& stop, Money needed, std::chrono::minutes time) {
    const std::int64_t left = part_of(*stop.cap, *stop.threshold) - stop.used;
    return {.reaction = stop.threshold->reaction,
            .cap = *stop.cap,
            .qos = stop.threshold->qos,
            .left = {std::max<std::int64_t>(0, left)},
            .needed = needed,
            .time = time};
}

} // namespace fairlead::cost
