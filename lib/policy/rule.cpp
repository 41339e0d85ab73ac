#include "policy/rule.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

using Op = Condition::Op;

Truth all_hold(const Condition& condition, const View& view) {
    Truth least = Truth::Yes;
    for (const Condition& part : condition.parts) {
        least = std::min(least, holds(part, view));
        if (least == Truth::No)
            break;
    }
    return least;
}

Truth any_holds(const Condition& condition, const View& view) {
    Truth most = Truth::No;
    for (const Condition& part : condition.parts) {
        most = std::max(most, holds(part, view));
        if (most == Truth::Yes)
            break;
    }
    return most;
}

std::string show_parts(const Condition& condition) {
    std::vector<std::string> parts;
    std::ranges::transform(condition.parts, std::back_inserter(parts),
                           [](const Condition& part) { return show(part); });
    std::ranges::sort(parts);
    return fmt::format("{}", fmt::join(parts, "; "));
}

} // namespace

Truth holds(const Condition& condition, const View& view) {
    switch (condition.op) {
    case Op::All:
        return all_hold(condition, view);
    case Op::Any:
        return any_holds(condition, view);
    case Op::Not:
        return negated(holds(condition.parts.front(), view));
    case Op::Field:
        break;
    }
    return matches(condition.matcher, view, condition.ref);
}

bool touches(const Condition& condition, const JobRequest& request) {
    bool touched = false;
    for_each_field(condition,
                   [&](const FieldRef& ref) { touched = touched || is_asked(request, ref); });
    return touched;
}

std::string show(const Condition& condition) {
    switch (condition.op) {
    case Op::All:
        return condition.parts.size() == 1 ? show(condition.parts.front())
                                           : fmt::format("all({})", show_parts(condition));
    case Op::Any:
        return condition.parts.size() == 1 ? show(condition.parts.front())
                                           : fmt::format("any({})", show_parts(condition));
    case Op::Not:
        return fmt::format("not({})", show_parts(condition));
    case Op::Field:
        break;
    }
    return condition.ref.name() + " " + show(condition.matcher, condition.ref.field->unit);
}

} // namespace fairlead::policy
