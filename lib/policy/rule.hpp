/// A rule of a site: which jobs it is for and what it does with them.
#pragma once

#include "policy/matcher.hpp"
#include "policy/message.hpp"

#include <string>
#include <variant>
#include <vector>

namespace fairlead::policy {

/// A tree; `All` without parts always holds.
struct Condition {
    enum class Op { All, Any, Not, Field };
    Op op = Op::All;
    std::vector<Condition> parts{}; ///< of Not exactly one
    FieldRef ref{};                 ///< of Field
    Matcher matcher{IsSet{true}};
};

/// In the order in which the actions of a rule are taken.
enum class Verb { Default, Set, Route, Append, Cap, Require, Hold, Warn, Reject };

/// A Message is a text that names fields of the job: "{user}@example.org".
using Value = std::variant<std::monostate, std::string, std::uint64_t, bool, Message>;

struct Action {
    Verb verb;
    FieldRef target{}; ///< none of Hold, Warn and Reject
    Value value{};
    Message message{};
};

struct Rule {
    std::string name;
    Condition when{};
    std::vector<Action> actions{}; ///< in the order of Verb
    bool stop = false;             ///< where it holds, no later rule is looked at
    bool observe = false;          ///< says what it would do, and does nothing
    std::string place{};           ///< "file:line:column"
    std::string text{};            ///< as the file has it, in one line; empty where none has it
    std::string mark{};            ///< for the admin_comment of a job that it acts on
};

Truth holds(const Condition& condition, const View& view);

/// Whether an update, or what earlier rules made of it, may turn the condition: it reads a field
/// that is named, and what it reads besides does not decide it.
bool touches(const Condition& condition, const View& view);

/// The same text for conditions that are the same but for the order of their parts.
std::string show(const Condition& condition);

/// Calls `each` for every test of a field in the condition.
template <class Each>
void for_each_test(const Condition& condition, Each&& each) {
    if (condition.op == Condition::Op::Field)
        each(condition);
    for (const Condition& part : condition.parts)
        for_each_test(part, each);
}

/// Calls `each` for every field that the condition reads.
template <class Each>
void for_each_field(const Condition& condition, Each&& each) {
    for_each_test(condition, [&](const Condition& test) { each(test.ref); });
}

} // namespace fairlead::policy
