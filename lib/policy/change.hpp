/// What an action makes of the field that it is for.
#pragma once

#include "policy/rule.hpp"

namespace fairlead::policy {

/// The action's value with what its placeholders stand for, in `made` where it has any.
const Value& filled(const Action& action, const View& view, Value& made);

/// Of an update: that it takes the field away.
bool is_missing(const View& view, const FieldRef& ref);

/// Whether a job is bound by it. Comments bind nobody; what else is appended does.
bool binds(const Action& action);

/// Whether an action would change its field to `value`. In an update only what it names is looked
/// at.
bool changes(const Action& action, const Value& value, const View& view);

/// Changes the field in `patch`, the one of `view`; whether it did.
bool change(const Action& action, bool whatever_is_named, const View& view, JobPatch& patch);

} // namespace fairlead::policy
