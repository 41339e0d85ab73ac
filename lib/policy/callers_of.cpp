#include "policy/callers_of.hpp"

#include <algorithm>

namespace fairlead::policy {
namespace {

void collect(const Condition& condition, std::vector<std::string>& names) {
    if (condition.op == Condition::Op::Field && condition.ref.field->name == "user")
        if (const auto* words = std::get_if<OneOf>(&condition.matcher))
            names.insert(names.end(), words->words.begin(), words->words.end());
    for (const Condition& part : condition.parts)
        collect(part, names);
}

} // namespace

std::vector<std::string> callers_of(const Snapshot& snapshot) {
    std::vector<std::string> names = snapshot.config.policy.exempt;
    for (const Rule& rule : snapshot.rules)
        collect(rule.when, names);
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
}

} // namespace fairlead::policy
