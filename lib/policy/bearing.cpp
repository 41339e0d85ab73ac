#include "policy/bearing.hpp"

#include "policy/change.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

/// The first field that the value of an action names and for which `test` holds.
template <class Test>
const FieldRef* value_field(const Action& action, Test&& test) {
    if (const auto* message = std::get_if<Message>(&action.value))
        for (const Piece& piece : message->pieces)
            if (piece.field.field && test(piece.field))
                return &piece.field;
    return nullptr;
}

/// What scontrol has no word for.
bool of_submissions(const FieldEntry& field) {
    constexpr std::array<std::string_view, 9> names{"script",        "script_args", "environment",
                                                    "submit_host",   "container",   "array_size",
                                                    "het_component", "interactive", "overcommit"};
    return std::ranges::find(names, field.name) != names.end();
}

/// "nodes (NumNodes=MIN-MAX)": a field as it is to be named in an update.
std::string to_name(const FieldRef& ref) {
    return ref.field->update.empty() ? ref.name()
                                     : fmt::format("{} ({})", ref.name(), ref.field->update);
}

} // namespace

bool bears(const Walk& walk, const Rule& rule) {
    return walk.view.request.modify && (walk.anew || touches(rule.when, walk.view));
}

std::string cannot_check(std::span<const FieldRef> fields) {
    std::vector<std::string> named, never;
    for (const FieldRef& ref : fields)
        (of_submissions(*ref.field) ? never : named).push_back(to_name(ref));
    std::string why, what;
    if (!named.empty())
        why = fmt::format("it does not name {}", fmt::join(named, ", "));
    if (!never.empty())
        why += fmt::format("{}no update tells {}", why.empty() ? "" : ", and ",
                           fmt::join(never, ", "));
    if (never.empty())
        what = "name it too, ";
    else if (!named.empty())
        what = fmt::format("name {} too, which may decide it, ", fmt::join(named, ", "));
    return fmt::format("this update cannot be checked, because {}; {}submit the job anew, or ask "
                       "an operator",
                       why, what);
}

bool hides_target(const Action& action, const Rule& rule, const Walk& walk) {
    const bool needs_value =
        action.verb == Verb::Cap || action.verb == Verb::Append || action.verb == Verb::Require;
    const View& view = walk.view;
    return needs_value && binds(action) && view.request.modify && !is_known(view, action.target) &&
           (is_asked(view, action.target) || bears(walk, rule));
}

bool bears(const Walk& walk, const Rule& rule, const Action& action) {
    return bears(walk, rule) || (walk.view.request.modify && value_field(action, [&](auto& ref) {
                                     return is_asked(walk.view, ref);
                                 }));
}

const FieldRef* hidden_part(const Action& action, const Rule& rule, const Walk& walk) {
    const View& view = walk.view;
    if (!view.request.modify || !std::holds_alternative<Message>(action.value))
        return nullptr;
    const bool takes_away = action.verb == Verb::Default && is_missing(view, action.target);
    if (!takes_away && !binds(action))
        return nullptr;
    if (!takes_away && !is_asked(view, action.target) && !bears(walk, rule, action))
        return nullptr;
    return value_field(action,
                       [&](auto& ref) { return !is_known(view, ref) && !is_of_caller(ref); });
}

bool lacks_caller(const Action& action, const Rule& rule, const Walk& walk) {
    const View& view = walk.view;
    if (view.request.caller_known || !value_field(action, is_of_caller))
        return false;
    if (action.verb == Verb::Default)
        return is_missing(view, action.target);
    return !view.request.modify || is_asked(view, action.target) ||
           sets_unnamed(action, rule, walk);
}

bool sets_unnamed(const Action& action, const Rule& rule, const Walk& walk) {
    return (action.verb == Verb::Set || action.verb == Verb::Route) && bears(walk, rule, action);
}

void cloud(const Action& action, const Rule& rule, Truth held, Walk& walk) {
    View& view = walk.view;
    if (!view.request.modify || !action.target.field || binds(action))
        return;
    const bool named = is_asked(view, action.target), known = is_known(view, action.target);
    const bool keeps = action.verb == Verb::Default && known && is_set(view, action.target);
    if (!keeps && (held != Truth::Yes || !known) && (named || bears(walk, rule, action)))
        view.doubtful |= bit_of(*action.target.field);
}

} // namespace fairlead::policy
