#include "policy/rule.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

using Op = Condition::Op;

template <class Test>
Truth judge(const Condition& condition, const Test& test);

template <class Test>
Truth all_hold(const Condition& condition, const Test& test) {
    Truth least = Truth::Yes;
    for (const Condition& part : condition.parts) {
        least = std::min(least, judge(part, test));
        if (least == Truth::No)
            break;
    }
    return least;
}

template <class Test>
Truth any_holds(const Condition& condition, const Test& test) {
    Truth most = Truth::No;
    for (const Condition& part : condition.parts) {
        most = std::max(most, judge(part, test));
        if (most == Truth::Yes)
            break;
    }
    return most;
}

/// The condition, of whose fields `test` says what holds.
template <class Test>
Truth judge(const Condition& condition, const Test& test) {
    switch (condition.op) {
    case Op::All:
        return all_hold(condition, test);
    case Op::Any:
        return any_holds(condition, test);
    case Op::Not:
        return negated(judge(condition.parts.front(), test));
    case Op::Field:
        break;
    }
    return test(condition);
}

/// What it is whatever the update names.
Truth settled(const Condition& condition, const View& view) {
    return judge(condition, [&](const Condition& field) {
        return is_asked(view, field.ref) ? Truth::Unknown : matches(field.matcher, view, field.ref);
    });
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
    return judge(condition,
                 [&](const Condition& field) { return matches(field.matcher, view, field.ref); });
}

bool touches(const Condition& condition, const View& view) {
    bool touched = false;
    for_each_field(condition,
                   [&](const FieldRef& ref) { touched = touched || is_asked(view, ref); });
    return touched && settled(condition, view) == Truth::Unknown;
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
