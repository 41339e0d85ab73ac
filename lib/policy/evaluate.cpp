#include "policy/evaluate.hpp"

#include "policy/bearing.hpp"
#include "policy/change.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

Error refusal(Code code, std::string_view text, const Rule& rule) {
    return {code, fmt::format("{} (rule {})", text, rule.name)};
}

Error ask_again(const Rule& rule) {
    return refusal(Code::A204, "slurmctld is looking up who you are; submit again in a few seconds",
                   rule);
}

/// Slurmctld counts them anew of nodes where -n is not given, and of GPUs always.
std::string tasks_are_counted(const JobRequest& job, std::uint32_t tasks) {
    const bool of_gpus = job.tasks_per_gpu.has_value();
    return fmt::format("the job cannot be given {} tasks, because --ntasks-per-{} counts them; {}",
                       tasks, of_gpus ? "gpu" : "node",
                       of_gpus ? "give -n without it, or fewer GPUs or nodes"
                               : "give -n as well, or fewer nodes");
}

/// Whether it changed anything, as take().
bool alter(const Action& action, const Rule& rule, Walk& walk, Outcome& outcome) {
    View& view = walk.view;
    if (!change(action, sets_unnamed(action, rule, walk), view, outcome.patch)) {
        cloud(action, rule, Truth::Yes, walk);
        return false;
    }
    view.doubtful &= ~bit_of(*action.target.field);
    if (view.request.tasks_counted && action.target.field->special == Special::Tasks)
        outcome.refusals.push_back(
            refusal(Code::A203, tasks_are_counted(view.request, *outcome.patch.tasks), rule));
    return true;
}

/// Whether the job is another for it, or was warned.
bool take(const Action& action, const Rule& rule, Walk& walk, Outcome& outcome) {
    View& view = walk.view;
    if (hides_target(action, rule, walk)) {
        outcome.refusals.push_back(refusal(Code::A203, cannot_check({&action.target, 1}), rule));
        return false;
    }
    if (lacks_caller(action, rule, walk)) {
        outcome.refusals.push_back(ask_again(rule));
        return false;
    }
    if (const FieldRef* hidden = hidden_part(action, rule, walk)) {
        outcome.refusals.push_back(refusal(Code::A203, cannot_check({hidden, 1}), rule));
        return false;
    }
    switch (action.verb) {
    case Verb::Require:
        if (is_missing(view, action.target))
            outcome.refusals.push_back(refusal(Code::A202, render(action.message, view), rule));
        return false;
    case Verb::Hold:
        outcome.patch.hold = outcome.patch.hold || !view.request.modify;
        if (view.request.modify && (view.request.release || bears(walk, rule)))
            outcome.refusals.push_back(
                refusal(Code::A201, "the site holds such jobs; an operator releases them", rule));
        return !view.request.modify;
    case Verb::Warn:
        outcome.warnings.push_back(render(action.message, view));
        return true;
    case Verb::Reject:
        outcome.refusals.push_back(refusal(Code::A201, render(action.message, view), rule));
        return false;
    default:
        return alter(action, rule, walk, outcome);
    }
}

/// The fields that would decide the rule and that the update does not name.
std::vector<FieldRef> missing_fields(const Condition& condition, const View& view) {
    std::vector<FieldRef> fields;
    for_each_field(condition, [&](const FieldRef& ref) {
        if (!is_known(view, ref) && std::ranges::find(fields, ref) == fields.end())
            fields.push_back(ref);
    });
    return fields;
}

/// Whether an action of a rule, if it holds, would bind what is asked for.
bool matters(const Action& action, const Rule& rule, const Walk& walk) {
    const View& view = walk.view;
    if (!binds(action))
        return false;
    if (!view.request.modify || bears(walk, rule, action))
        return true;
    if (action.verb == Verb::Hold)
        return view.request.release;
    if (action.verb == Verb::Reject)
        return false;
    if (is_undecided(view, action.target))
        return true;
    if (action.verb == Verb::Require)
        return is_missing(view, action.target);
    Value made;
    return changes(action, filled(action, view, made), view);
}

/// The texts that were not looked through.
std::string long_fields(const Condition& condition, const View& view) {
    std::vector<std::string> names;
    for_each_test(condition, [&](const Condition& test) {
        if (is_known(view, test.ref) && matches(test.matcher, view, test.ref) == Truth::Unknown)
            names.push_back(test.ref.name());
    });
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string why_unknown(const Condition& condition, const View& view) {
    const auto missing = missing_fields(condition, view);
    if (!missing.empty())
        return cannot_check(missing);
    return fmt::format("the job cannot be checked, because {} is too long to be looked through for "
                       "the pattern of a rule; make it shorter, or ask an operator",
                       long_fields(condition, view));
}

bool asks_who(const Condition& condition) {
    bool asks = false;
    for_each_field(condition, [&](const FieldRef& ref) { asks = asks || is_of_caller(ref); });
    return asks;
}

/// Whether the job may be another for an action of a rule that asks who somebody unknown is.
bool may_change(const Action& action, const View& view) {
    if (action.verb == Verb::Default)
        return is_missing(view, action.target);
    if (action.verb == Verb::Append && !binds(action))
        return !view.request.modify || is_asked(view, action.target);
    return binds(action);
}

void fire(std::size_t index, const Rule& rule, Walk& walk, Outcome& outcome) {
    bool acted = rule.stop;
    for (const Action& action : rule.actions)
        acted = take(action, rule, walk, outcome) || acted;
    outcome.fired.push_back({index, true, acted});
}

void doubt(std::size_t index, const Rule& rule, Walk& walk, Outcome& outcome) {
    const View& view = walk.view;
    const bool unknown_caller = !view.request.caller_known && asks_who(rule.when);
    const bool acts = rule.stop || std::ranges::any_of(rule.actions, [&](const Action& action) {
                          return may_change(action, view);
                      });
    const bool matter = std::ranges::any_of(
        rule.actions, [&](const Action& action) { return matters(action, rule, walk); });
    for (const Action& action : rule.actions)
        cloud(action, rule, Truth::Unknown, walk);
    if (!matter && !(unknown_caller && acts))
        return;
    outcome.fired.push_back({index, false});
    if (unknown_caller)
        outcome.refusals.push_back(ask_again(rule));
    else
        outcome.refusals.push_back(refusal(Code::A203, why_unknown(rule.when, view), rule));
}

/// What a rule that only observes would do, on a copy.
void watch(std::size_t index, const Rule& rule, Truth held, const Walk& walk, Outcome& outcome) {
    Outcome copy;
    copy.patch = outcome.patch;
    const JobRequest& request = walk.view.request;
    Walk own{{request, copy.patch, walk.view.doubtful}, walk.anew};
    held == Truth::Yes ? fire(index, rule, own, copy) : doubt(index, rule, own, copy);
    for (const Fired& fired : copy.fired)
        outcome.fired.push_back({fired.rule, fired.known});
    std::ranges::move(copy.refusals, std::back_inserter(outcome.would_have));
    for (const std::string& warning : copy.warnings)
        outcome.would_have.push_back(refusal(Code::A206, "would warn: " + warning, rule));
    for (const Change& change : changes_of({request, outcome.patch}, copy.patch))
        outcome.would_have.push_back(
            refusal(Code::A206, fmt::format("would set {}", show(change)), rule));
}

/// What the rule does; whether it ends the walk.
bool meet(std::size_t index, const Rule& rule, Walk& walk, Outcome& outcome) {
    const Truth held = holds(rule.when, walk.view);
    if (held != Truth::No && rule.observe)
        watch(index, rule, held, walk, outcome);
    if (rule.observe)
        return false;
    const bool turns = rule.stop && bears(walk, rule);
    if (held == Truth::Yes)
        fire(index, rule, walk, outcome);
    else if (held == Truth::Unknown)
        doubt(index, rule, walk, outcome);
    walk.anew = walk.anew || turns;
    return held == Truth::Yes && rule.stop;
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
    Walk walk{{request, outcome.patch}};
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (meet(i, rules[i], walk, outcome))
            return;
}

} // namespace fairlead::policy
