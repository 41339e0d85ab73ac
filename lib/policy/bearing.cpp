#include "policy/bearing.hpp"

#include "policy/change.hpp"

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

} // namespace

bool bears(const Walk& walk, const Rule& rule) {
    return walk.view.request.modify && (walk.anew || touches(rule.when, walk.view));
}

std::string cannot_check(const std::string& fields) {
    return fmt::format("this update cannot be checked, because it does not name {}; name it too, "
                       "submit the job anew, or ask an operator",
                       fields);
}

std::string to_name(const FieldRef& ref) {
    return ref.field->update.empty() ? ref.name()
                                     : fmt::format("{} ({})", ref.name(), ref.field->update);
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
    return value_field(action, [&](auto& ref) { return !is_known(view, ref); });
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
