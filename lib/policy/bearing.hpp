/// What an update bears on: it names only what changes, and nobody sees what the job was before.
#pragma once

#include "policy/rule.hpp"

#include <span>
#include <string>

namespace fairlead::policy {

/// One walk of a job through the rules.
struct Walk {
    View view;
    /// Of an update: it may reach rules that the job was not held to before, or the other way
    /// round, for a rule before them stops.
    bool anew = false;
};

/// Whether an update may make the rule hold, or end that it does.
bool bears(const Walk& walk, const Rule& rule);

/// The same, or that the action makes something else of its field.
bool bears(const Walk& walk, const Rule& rule, const Action& action);

/// An update by which the rule comes to hold, and whose field is not in it: what is asked for could
/// not have been had by submitting it. The same where the field is in it and cannot be seen.
bool hides_target(const Action& action, const Rule& rule, const Walk& walk);

/// A field of the job that the value is made of and the update does not name.
const FieldRef* hidden_part(const Action& action, const Rule& rule, const Walk& walk);

/// A value that says who asks, of somebody who is not looked up yet: it would be written without.
bool lacks_caller(const Action& action, const Rule& rule, const Walk& walk);

/// A set needs no old value, so an update by which the rule comes to hold takes it over.
bool sets_unnamed(const Action& action, const Rule& rule, const Walk& walk);

/// Notes what an action that does not bind may do, unseen, to the job behind an update.
void cloud(const Action& action, const Rule& rule, Truth held, Walk& walk);

/// The sentence of FL-A203: which fields to name, and which no update can.
std::string cannot_check(std::span<const FieldRef> fields);

} // namespace fairlead::policy
