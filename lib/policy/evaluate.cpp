#include "policy/evaluate.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

/// Stores a value of the kind that the rule reader made for the field.
void store(JobPatch& patch, const FieldEntry& field, const Value& value) {
    const auto into = [&](auto pointer) {
        if constexpr (!std::is_same_v<decltype(pointer), std::monostate>) {
            auto& member = patch.*pointer;
            using Held = typename std::remove_reference_t<decltype(member)>::value_type;
            if constexpr (std::is_same_v<Held, std::string_view>)
                return; // only requests borrow
            else if constexpr (std::is_same_v<Held, std::uint32_t>)
                member = static_cast<std::uint32_t>(std::get<std::uint64_t>(value));
            else
                member = std::get<Held>(value);
        }
    };
    std::visit(into, field.patch);
}

bool differs(const View& view, const FieldRef& ref, const Value& value) {
    if (const auto* number = std::get_if<std::uint64_t>(&value))
        return number_of(view, ref) != *number;
    if (const auto* flag = std::get_if<bool>(&value))
        return flag_of(view, ref) != *flag;
    return text_of(view, ref) != std::get<std::string>(value);
}

bool over(const View& view, const FieldRef& ref, const Value& cap) {
    return number_of(view, ref).value_or(0) > std::get<std::uint64_t>(cap);
}

bool has_piece(std::string_view text, std::string_view piece, char separator) {
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        if (text.substr(begin, end - begin) == piece)
            return true;
        begin = end + 1;
    }
    return false;
}

char joint(const FieldEntry& field) {
    if (field.kind == Kind::Text)
        return ';';
    return field.name == "features" ? '&' : ',';
}

/// slurmctld reads `&` and `|` of a constraint from left to right (seen on 22.05 and 24.11), so
/// behind a `|` only the last word is sure to hold, and what is appended always does. It refuses
/// what it cannot put beside brackets.
bool appended(const View& view, const FieldRef& ref, const Value& value) {
    const std::string& piece = std::get<std::string>(value);
    const std::string_view text = text_of(view, ref).value_or("");
    const char separator = joint(*ref.field);
    if (separator == '&' && text.find_first_of("|[(") != std::string_view::npos)
        return text.ends_with("&" + piece);
    return has_piece(text, piece, separator);
}

std::string with_piece(const View& view, const FieldRef& ref, const Value& value) {
    const std::string& piece = std::get<std::string>(value);
    const auto text = text_of(view, ref);
    if (!text || text->empty())
        return piece;
    return fmt::format("{}{}{}", *text, joint(*ref.field), piece);
}

/// Whether an action on a field would change it. In an update only what it names is looked at.
bool changes(const Action& action, const View& view) {
    const bool update = view.request.modify;
    switch (action.verb) {
    case Verb::Default:
        return !update && !is_set(view, action.target);
    case Verb::Set:
    case Verb::Route:
        return (!update || is_asked(view.request, action.target)) &&
               differs(view, action.target, action.value);
    case Verb::Append:
        return (!update || is_asked(view.request, action.target)) &&
               !appended(view, action.target, action.value);
    case Verb::Cap:
        return over(view, action.target, action.value);
    default:
        return false;
    }
}

void change(const Action& action, const View& view, JobPatch& patch) {
    if (!changes(action, view))
        return;
    if (action.verb == Verb::Append)
        store(patch, *action.target.field, with_piece(view, action.target, action.value));
    else
        store(patch, *action.target.field, action.value);
}

Error refusal(Code code, std::string_view text, const Rule& rule) {
    return {code, fmt::format("{} (rule {})", text, rule.name)};
}

void take(const Action& action, const Rule& rule, const View& view, Outcome& outcome) {
    const bool update = view.request.modify;
    switch (action.verb) {
    case Verb::Require:
        if (!update && !is_set(view, action.target))
            outcome.refusals.push_back(refusal(Code::A202, render(action.message, view), rule));
        return;
    case Verb::Hold:
        outcome.patch.hold = outcome.patch.hold || !update;
        return;
    case Verb::Warn:
        outcome.warnings.push_back(render(action.message, view));
        return;
    case Verb::Reject:
        outcome.refusals.push_back(refusal(Code::A201, render(action.message, view), rule));
        return;
    default:
        change(action, view, outcome.patch);
    }
}

/// The fields that would decide the rule and that the update does not name.
std::string missing_fields(const Condition& condition, const View& view) {
    std::vector<std::string> names;
    for_each_field(condition, [&](const FieldRef& ref) {
        if (!is_known(view, ref) && std::ranges::find(names, ref.name()) == names.end())
            names.push_back(ref.name());
    });
    return fmt::format("{}", fmt::join(names, ", "));
}

/// Whether the rule, if it holds, would change or refuse what an update asks for.
bool matters(const Rule& rule, const View& view) {
    return std::ranges::any_of(rule.actions, [&](const Action& action) {
        if (action.verb == Verb::Reject)
            return touches(rule.when, view.request);
        return changes(action, view);
    });
}

void fire(std::size_t index, const Rule& rule, const View& view, Outcome& outcome) {
    outcome.fired.push_back({index, true});
    for (const Action& action : rule.actions)
        take(action, rule, view, outcome);
}

void doubt(std::size_t index, const Rule& rule, const View& view, Outcome& outcome) {
    if (!matters(rule, view))
        return;
    outcome.fired.push_back({index, false});
    outcome.refusals.push_back(refusal(
        Code::A203,
        fmt::format("this update cannot be checked, because it does not name {}; submit the job "
                    "anew, or ask an operator",
                    missing_fields(rule.when, view)),
        rule));
}

} // namespace

Outcome evaluate(std::span<const Rule> rules, const JobRequest& request) {
    Outcome outcome;
    const View view{request, outcome.patch};
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const Truth held = holds(rules[i].when, view);
        if (held == Truth::Yes)
            fire(i, rules[i], view, outcome);
        else if (held == Truth::Unknown)
            doubt(i, rules[i], view, outcome);
        if (held == Truth::Yes && rules[i].stop)
            break;
    }
    return outcome;
}

} // namespace fairlead::policy
