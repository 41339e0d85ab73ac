#include "policy/trace.hpp"

namespace fairlead::policy {
namespace {

template <class T>
std::vector<T> behind(const std::vector<T>& all, std::size_t count) {
    return {all.begin() + static_cast<std::ptrdiff_t>(count), all.end()};
}

/// What `index` adds to what the rules before it made of the job.
Effect effect_of(std::span<const Rule> rules, const JobRequest& request, const Fired& fired) {
    const Outcome before = evaluate(rules.first(fired.rule), request);
    const Outcome after = evaluate(rules.first(fired.rule + 1), request);
    return {.rule = fired.rule,
            .known = fired.known,
            .changes = changes_of({request, before.patch}, after.patch),
            .refusals = behind(after.refusals, before.refusals.size()),
            .warnings = behind(after.warnings, before.warnings.size()),
            .would_have = behind(after.would_have, before.would_have.size())};
}

} // namespace

std::vector<Effect> trace(std::span<const Rule> rules, const JobRequest& request) {
    std::vector<Effect> effects;
    for (const Fired& fired : evaluate(rules, request).fired)
        effects.push_back(effect_of(rules, request, fired));
    return effects;
}

} // namespace fairlead::policy
