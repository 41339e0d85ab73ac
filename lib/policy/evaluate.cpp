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
            if constexpr (std::is_same_v<Held, std::uint32_t>)
                member = static_cast<std::uint32_t>(std::get<std::uint64_t>(value));
            else if constexpr (std::is_same_v<Held, Text>)
                member = std::get<std::string>(value);
            else
                member = std::get<Held>(value);
        }
    };
    std::visit(into, field.patch);
}

/// The value with what its placeholders stand for, in `made` where it has any.
const Value& filled(const Value& value, const View& view, Value& made) {
    if (const auto* message = std::get_if<Message>(&value))
        return made = render(*message, view);
    return value;
}

bool differs(const View& view, const FieldRef& ref, const Value& value) {
    if (const auto* number = std::get_if<std::uint64_t>(&value))
        return number_of(view, ref) != *number;
    if (const auto* flag = std::get_if<bool>(&value))
        return flag_of(view, ref) != *flag;
    return text_of(view, ref) != std::string_view(std::get<std::string>(value));
}

/// Memory for each CPU comes to at most that of all CPUs of the job on one node.
bool over(const View& view, const FieldRef& ref, const Value& cap) {
    const std::uint64_t most = std::get<std::uint64_t>(cap);
    const auto& each = view.request.memory_per_cpu;
    if (ref.field->name == "memory" && each && !number_of(view, ref))
        return *each > most / std::max<std::uint64_t>(view.request.cpus.value_or(1), 1);
    if (ref.field->name == "most_nodes" && !number_of(view, ref))
        return view.request.least_nodes.value_or(0) > most;
    return number_of(view, ref).value_or(0) > most;
}

/// The piece may have separators within.
bool has_piece(std::string_view text, std::string_view piece, char separator) {
    const auto is_end = [&](std::size_t at) { return at >= text.size() || text[at] == separator; };
    for (std::size_t at = text.find(piece); at != std::string_view::npos;
         at = text.find(piece, at + 1))
        if ((at == 0 || is_end(at - 1)) && is_end(at + piece.size()))
            return true;
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
    std::string whole(*text);
    whole += joint(*ref.field);
    whole += piece;
    return whole;
}

/// Of an update: that it takes the field away. Memory may be given for each CPU as well.
bool is_missing(const View& view, const FieldRef& ref) {
    if (ref.field->name == "memory" && view.request.memory_per_cpu)
        return false;
    return is_known(view, ref) && !is_set(view, ref);
}

/// Comments bind nobody; what else is appended does.
bool binds(const Action& action) {
    const bool comment = action.verb == Verb::Append && action.target.field->kind == Kind::Text;
    return action.verb != Verb::Default && action.verb != Verb::Warn && !comment;
}

/// Whether an action would change its field to `value`. In an update only what it names is looked
/// at.
bool changes(const Action& action, const Value& value, const View& view) {
    const bool named = !view.request.modify || is_asked(view.request, action.target);
    switch (action.verb) {
    case Verb::Default:
        return is_missing(view, action.target);
    case Verb::Set:
    case Verb::Route:
        return named && differs(view, action.target, value);
    case Verb::Append:
        return named && !appended(view, action.target, value);
    case Verb::Cap:
        return over(view, action.target, value);
    default:
        return false;
    }
}

void change(const Action& action, bool whatever_is_named, const View& view, JobPatch& patch) {
    Value made;
    const Value& value = filled(action.value, view, made);
    if (!changes(action, value, view) &&
        !(whatever_is_named && differs(view, action.target, value)))
        return;
    if (action.verb == Verb::Append)
        store(patch, *action.target.field, with_piece(view, action.target, value));
    else
        store(patch, *action.target.field, value);
}

Error refusal(Code code, std::string_view text, const Rule& rule) {
    return {code, fmt::format("{} (rule {})", text, rule.name)};
}

std::string cannot_check(const std::string& fields) {
    return fmt::format("this update cannot be checked, because it does not name {}; name it too, "
                       "submit the job anew, or ask an operator",
                       fields);
}

/// An update by which the rule comes to hold, and whose field is not in it: what is asked for could
/// not have been had by submitting it.
bool hides_target(const Action& action, const Rule& rule, const View& view) {
    const bool needs_value =
        action.verb == Verb::Cap || action.verb == Verb::Append || action.verb == Verb::Require;
    return needs_value && binds(action) && view.request.modify && !is_known(view, action.target) &&
           touches(rule.when, view.request);
}

/// A set needs no old value, so an update by which the rule comes to hold takes it over.
bool sets_unnamed(const Action& action, const Rule& rule, const View& view) {
    return (action.verb == Verb::Set || action.verb == Verb::Route) && view.request.modify &&
           touches(rule.when, view.request);
}

void take(const Action& action, const Rule& rule, const View& view, Outcome& outcome) {
    if (hides_target(action, rule, view)) {
        outcome.refusals.push_back(refusal(Code::A203, cannot_check(action.target.name()), rule));
        return;
    }
    switch (action.verb) {
    case Verb::Require:
        if (is_missing(view, action.target))
            outcome.refusals.push_back(refusal(Code::A202, render(action.message, view), rule));
        return;
    case Verb::Hold:
        outcome.patch.hold = outcome.patch.hold || !view.request.modify;
        if (view.request.modify && (view.request.release || touches(rule.when, view.request)))
            outcome.refusals.push_back(
                refusal(Code::A201, "the site holds such jobs; an operator releases them", rule));
        return;
    case Verb::Warn:
        outcome.warnings.push_back(render(action.message, view));
        return;
    case Verb::Reject:
        outcome.refusals.push_back(refusal(Code::A201, render(action.message, view), rule));
        return;
    default:
        change(action, sets_unnamed(action, rule, view), view, outcome.patch);
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

/// Whether an action of a rule, if it holds, would bind what is asked for.
bool matters(const Action& action, const Rule& rule, const View& view) {
    if (!binds(action))
        return false;
    if (!view.request.modify || touches(rule.when, view.request))
        return true;
    if (action.verb == Verb::Hold)
        return view.request.release;
    if (action.verb == Verb::Require)
        return is_missing(view, action.target);
    Value made;
    return action.verb != Verb::Reject && changes(action, filled(action.value, view, made), view);
}

bool asks_who(const Condition& condition) {
    bool asks = false;
    for_each_field(condition, [&](const FieldRef& ref) { asks = asks || is_of_caller(ref); });
    return asks;
}

void fire(std::size_t index, const Rule& rule, const View& view, Outcome& outcome) {
    outcome.fired.push_back({index, true});
    for (const Action& action : rule.actions)
        take(action, rule, view, outcome);
}

void doubt(std::size_t index, const Rule& rule, const View& view, Outcome& outcome) {
    const bool unknown_caller = !view.request.caller_known && asks_who(rule.when);
    const bool acts = rule.stop || std::ranges::any_of(rule.actions, binds);
    const bool matter = std::ranges::any_of(
        rule.actions, [&](const Action& action) { return matters(action, rule, view); });
    if (!matter && !(unknown_caller && acts))
        return;
    outcome.fired.push_back({index, false});
    if (unknown_caller)
        outcome.refusals.push_back(refusal(Code::A204,
                                           "slurmctld is looking up who you are; submit again in "
                                           "a few seconds",
                                           rule));
    else
        outcome.refusals.push_back(
            refusal(Code::A203, cannot_check(missing_fields(rule.when, view)), rule));
}

/// What a rule that only observes would do, on a copy.
void watch(std::size_t index, const Rule& rule, Truth held, const JobRequest& request,
           Outcome& outcome) {
    Outcome copy;
    copy.patch = outcome.patch;
    const View view{request, copy.patch};
    held == Truth::Yes ? fire(index, rule, view, copy) : doubt(index, rule, view, copy);
    std::ranges::move(copy.fired, std::back_inserter(outcome.fired));
    std::ranges::move(copy.refusals, std::back_inserter(outcome.would_have));
    for (const Change& change : changes_of({request, outcome.patch}, copy.patch))
        outcome.would_have.push_back(
            refusal(Code::A206, fmt::format("would set {}", show(change)), rule));
}

} // namespace

std::vector<Change> changes_of(const View& before, const JobPatch& patch) {
    const View after{before.request, patch};
    std::vector<Change> changes;
    for (const FieldEntry& field : all_fields()) {
        if (!writable(field))
            continue;
        const FieldRef ref{.field = &field};
        std::string was = shown(before, ref), is = shown(after, ref);
        if (was != is)
            changes.push_back({field.name, std::move(was), std::move(is)});
    }
    if (patch.hold && !before.patch.hold)
        changes.push_back({"hold", "", "true"});
    return changes;
}

std::string show(const Change& change) {
    return fmt::format("{} to '{}'{}", change.field, change.after,
                       change.before.empty() ? "" : fmt::format(" (it is '{}')", change.before));
}

Outcome evaluate(std::span<const Rule> rules, const JobRequest& request) {
    Outcome outcome;
    evaluate(rules, request, outcome);
    return outcome;
}

void evaluate(std::span<const Rule> rules, const JobRequest& request, Outcome& outcome) {
    outcome.fired.reserve(std::min<std::size_t>(rules.size(), 16));
    const View view{request, outcome.patch};
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const Truth held = holds(rules[i].when, view);
        if (held == Truth::No)
            continue;
        if (rules[i].observe)
            watch(i, rules[i], held, request, outcome);
        else if (held == Truth::Yes)
            fire(i, rules[i], view, outcome);
        else
            doubt(i, rules[i], view, outcome);
        if (held == Truth::Yes && rules[i].stop && !rules[i].observe)
            return;
    }
}

} // namespace fairlead::policy
