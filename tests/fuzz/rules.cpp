#include "policy/rule_reader.hpp"

#include "job.hpp"
#include "policy/callers_of.hpp"
#include "policy/decide.hpp"
#include "policy/findings.hpp"
#include "policy/trace.hpp"
#include "promise.hpp"
#include "step.hpp"
#include "targets.hpp"

#include <algorithm>
#include <cctype>

namespace fairlead::fuzz {
namespace {

using policy::JobPatch;
using policy::JobRequest;
using policy::Outcome;
using policy::Rules;
using policy::Snapshot;

constexpr std::string_view file = "input.yaml";

/// "input.yaml:LINE:COLUMN: "
bool has_place(std::string_view message) {
    const auto number = [&] {
        const auto end =
            std::ranges::find_if_not(message, [](unsigned char c) { return std::isdigit(c) != 0; });
        const auto digits = static_cast<std::size_t>(end - message.begin());
        message.remove_prefix(digits);
        return digits > 0;
    };
    const auto mark = [&](std::string_view text) {
        const bool there = message.starts_with(text);
        message.remove_prefix(there ? text.size() : 0);
        return there;
    };
    return mark(file) && mark(":") && number() && mark(":") && number() && mark(": ");
}

void check_error(const Error& error) {
    if (error.code == Code::X102)
        return promise(error.message.starts_with(file), "an empty file is named");
    promise(error.code == Code::X104 || error.code == Code::X105 || error.code == Code::X106,
            "rules fail with X102, X104, X105, X106");
    promise(has_place(error.message), "an error has file:line:column");
}

/// What both hold in every field, as messages show it.
bool same(const JobRequest& one, const JobPatch& changes, const JobRequest& other) {
    return std::ranges::all_of(policy::all_fields(), [&](const policy::FieldEntry& field) {
        const policy::FieldRef ref{.field = &field};
        return shown({one, changes}, ref) == shown({other, JobPatch{}}, ref);
    });
}

bool does_nothing(const JobRequest& request, const JobPatch& patch) {
    return changes_of({request, JobPatch{}}, patch).empty();
}

void check_patch(const JobRequest& request, const JobPatch& patch) {
    const JobRequest changed = patched(request, patch);
    promise(same(request, patch, changed), "a patched job has what the patch says");
    JobPatch again = patch;
    again.hold = false; // no field of a job
    promise(does_nothing(changed, again), "a patch that is applied twice changes nothing more");
    for (const auto& number : {patch.least_nodes, patch.most_nodes, patch.tasks,
                               patch.cpus_per_task, patch.threads_per_core})
        promise(number.value_or(0) <= 0xfffffff0, "a number that is set is none of Slurm's words");
}

/// A rule that the update makes hold sets the field; behind a stop it may be any rule.
bool sets(const policy::Rule& rule, std::string_view field) {
    return !rule.observe && std::ranges::any_of(rule.actions, [&](const policy::Action& action) {
        return (action.verb == policy::Verb::Set || action.verb == policy::Verb::Route) &&
               action.target.field->name == field;
    });
}

void check_update(const Rules& rules, const JobRequest& request, const Outcome& outcome) {
    promise(!outcome.patch.hold, "an update is not held");
    const JobPatch none;
    for (const policy::Change& change : changes_of({request, JobPatch{}}, outcome.patch))
        promise(policy::is_asked({request, none}, {.field = policy::find_field(change.field)}) ||
                    std::ranges::any_of(outcome.fired,
                                        [&](const policy::Fired& fired) {
                                            return fired.known &&
                                                   sets(rules[fired.rule], change.field);
                                        }),
                "an update changes what it names, and what a rule sets that it makes hold");
}

void check_refusals(const Rules& rules, const Outcome& outcome) {
    for (const Error& refusal : outcome.refusals) {
        promise(refusal.code >= Code::A201 && refusal.code <= Code::A204,
                "rules refuse with A201 to A204");
        promise(std::ranges::any_of(rules,
                                    [&](const policy::Rule& rule) {
                                        return refusal.message.ends_with(
                                            fmt::format(" (rule {})", rule.name));
                                    }),
                "a refusal names its rule");
    }
}

/// Rules fire in their order, each once, and none behind one that stopped.
void check_order(const Rules& rules, const Outcome& outcome) {
    std::size_t next = 0;
    for (const policy::Fired& fired : outcome.fired) {
        promise(fired.rule >= next && fired.rule < rules.size(), "rules fire in their order");
        const policy::Rule& rule = rules[fired.rule];
        next = fired.known && rule.stop && !rule.observe ? rules.size() : fired.rule + 1;
    }
}

void check_trace(const Rules& rules, const JobRequest& request, const Outcome& outcome) {
    std::vector<std::string> told;
    for (const policy::Effect& effect : trace(rules, request))
        for (const Error& refusal : effect.refusals)
            told.push_back(to_string(refusal));
    promise(std::ranges::equal(told, outcome.refusals, {}, {},
                               [](const Error& refusal) { return to_string(refusal); }),
            "what is explained is what is decided");
}

void check_decisions(const Snapshot& enforced, const JobRequest& request, const Outcome& outcome) {
    const policy::Decision decision = decide(request, enforced);
    const auto& who = request.submitted_by ? request.submitted_by : request.user;
    promise(decision.exempt == (who == "root"), "root alone is exempt");
    if (decision.exempt)
        promise(decision.refusals.empty() && does_nothing(request, decision.patch),
                "rules do nothing to who is exempt");
    else
        promise(decision.refusals.size() == outcome.refusals.size(), "a refusal of a rule counts");

    Snapshot other = enforced;
    other.config.policy.mode = config::Mode::Observe;
    const policy::Decision seen = decide(request, other);
    promise(seen.refusals.empty() && seen.warnings.empty() && does_nothing(request, seen.patch),
            "rules that are observed do nothing");
    promise(decision.exempt ||
                outcome.refusals.size() + outcome.would_have.size() <= seen.would_have.size(),
            "rules that are observed tell all refusals");

    other.paused = true;
    const policy::Decision none = decide(request, other);
    promise(none.refusals.empty() && none.warnings.empty() && none.would_have.empty() &&
                does_nothing(request, none.patch),
            "a paused site does nothing");
}

void judge(const Snapshot& snapshot, const JobRequest& request) {
    const Outcome outcome = evaluate(snapshot.rules, request);
    check_order(snapshot.rules, outcome);
    check_refusals(snapshot.rules, outcome);
    check_patch(request, outcome.patch);
    if (request.modify)
        check_update(snapshot.rules, request, outcome);
    check_trace(snapshot.rules, request, outcome);
    check_decisions(snapshot, request, outcome);
}

} // namespace

void rules(std::string_view input) {
    const auto [yaml, lines] = split_step(input);
    auto read = policy::parse_rules(yaml, file);
    if (!read)
        return check_error(read.error());
    for (const Error& finding : findings_of(*read))
        promise(has_place(finding.message), "a finding has file:line:column");
    Snapshot snapshot;
    snapshot.config.policy.mode = config::Mode::Enforce;
    snapshot.rules = std::move(*read);
    const auto callers = callers_of(snapshot);
    for (const std::string& name : snapshot.config.policy.exempt)
        promise(std::ranges::binary_search(callers, name), "whoever is exempt is looked up");
    const Job job(lines);
    JobRequest request = job.request();
    judge(snapshot, request);
    request.modify = true;
    judge(snapshot, request);
}

} // namespace fairlead::fuzz
