/// fairlead policy explain: what becomes of a submission, and which rule does it

#include "cli/caller.hpp"
#include "cli/policy.hpp"
#include "cli/policy_snapshot.hpp"
#include "cli/submission.hpp"
#include "policy/decide.hpp"
#include "policy/trace.hpp"
#include "submit/update.hpp"

#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string user;
    std::vector<std::string> words;
    std::vector<std::filesystem::path> rules;
    bool modify = false, json = false;
};

/// One component with all that is said about it.
struct Verdict {
    policy::JobRequest request;
    policy::Decision decision;
    std::vector<policy::Effect> effects;
    std::vector<policy::Change> changes; ///< all together, fabric and placement with them
};

struct Explanation {
    Caller caller;
    policy::Snapshot snapshot;
    submit::Submission submission; ///< holds what the requests borrow
    std::vector<Verdict> verdicts;

    bool accepted() const {
        return std::ranges::all_of(verdicts,
                                   [](const auto& one) { return one.decision.refusals.empty(); });
    }
    /// Whether the rules are asked at all.
    bool judged(const Verdict& verdict) const {
        return !snapshot.paused && !verdict.decision.exempt &&
               snapshot.config.policy.mode != config::Mode::Off;
    }
};

bool is_update(const Options& options) {
    return options.modify || (!options.words.empty() && options.words.front() == "scontrol");
}

Result<submit::Submission> asked_of(const Options& options) {
    if (!is_update(options))
        return submission_of(options.words);
    auto update = submit::read_update(options.words, std::time(nullptr), slurm_release());
    if (!update)
        return std::unexpected(update.error());
    submit::Submission submission;
    submission.jobs.push_back(std::move(*update));
    return submission;
}

Verdict verdict_of(policy::JobRequest request, const Caller& caller,
                   const policy::Snapshot& snapshot) {
    request.user = caller.user;
    request.groups.assign(caller.groups.begin(), caller.groups.end());
    request.default_partition = snapshot.config.default_partition;
    Verdict verdict{.request = request,
                    .decision = policy::decide(request, snapshot),
                    .effects = {},
                    .changes = {}};
    verdict.effects = policy::trace(snapshot.rules, request);
    verdict.changes = policy::changes_of({request, policy::JobPatch{}}, verdict.decision.patch);
    return verdict;
}

Result<Explanation> explain(const Options& options, const Session& session) {
    auto snapshot = options.rules.empty() ? snapshot_of(session) : snapshot_of(options.rules);
    if (!snapshot)
        return std::unexpected(snapshot.error());
    auto caller = caller_of(options.user);
    if (!caller)
        return std::unexpected(caller.error());
    auto submission = asked_of(options);
    if (!submission)
        return std::unexpected(submission.error());
    Explanation explanation{.caller = std::move(*caller),
                            .snapshot = std::move(*snapshot),
                            .submission = std::move(*submission),
                            .verdicts = {}};
    for (const policy::JobRequest& job : explanation.submission.jobs)
        explanation.verdicts.push_back(verdict_of(job, explanation.caller, explanation.snapshot));
    return explanation;
}

Json errors_json(const std::vector<Error>& errors) {
    Json list = Json::array();
    for (const Error& error : errors)
        list.push_back({{"code", id_of(error.code)}, {"message", error.message}});
    return list;
}

Json changes_json(const std::vector<policy::Change>& changes) {
    Json list = Json::array();
    for (const policy::Change& change : changes)
        list.push_back(
            {{"field", change.field}, {"before", change.before}, {"after", change.after}});
    return list;
}

/// The fields that are set, as rules see them behind the patch.
Json fields_json(const policy::JobRequest& request, const policy::JobPatch& patch) {
    Json fields = Json::object();
    for (const policy::FieldEntry& field : policy::all_fields()) {
        const auto ref = policy::read_field(field.name);
        if (!ref || field.name == "script")
            continue;
        if (std::string value = policy::shown({request, patch}, *ref); !value.empty())
            fields[std::string(field.name)] = std::move(value);
    }
    return fields;
}

Json rules_json(const Explanation& all, const Verdict& verdict) {
    Json list = Json::array();
    for (const policy::Effect& effect : verdict.effects) {
        const policy::Rule& rule = all.snapshot.rules.at(effect.rule);
        list.push_back({{"name", rule.name},
                        {"place", rule.place},
                        {"known", effect.known},
                        {"observes", rule.observe},
                        {"stops", rule.stop},
                        {"changes", changes_json(effect.changes)},
                        {"refusals", errors_json(effect.refusals)},
                        {"warnings", effect.warnings},
                        {"would_have", errors_json(effect.would_have)}});
    }
    return list;
}

Json verdict_json(const Explanation& all, const Verdict& verdict) {
    return {{"accepted", verdict.decision.refusals.empty()},
            {"exempt", verdict.decision.exempt},
            {"rules", all.judged(verdict) ? rules_json(all, verdict) : Json::array()},
            {"changes", changes_json(verdict.changes)},
            {"refusals", errors_json(verdict.decision.refusals)},
            {"warnings", verdict.decision.warnings},
            {"would_have", errors_json(verdict.decision.would_have)},
            {"job", fields_json(verdict.request, verdict.decision.patch)}};
}

void print_json(const Explanation& all) {
    Json jobs = Json::array();
    for (const Verdict& verdict : all.verdicts)
        jobs.push_back(verdict_json(all, verdict));
    const Json json{{"schema", "fairlead.policy-explain/1"},
                    {"accepted", all.accepted()},
                    {"mode", config::to_string(all.snapshot.config.policy.mode)},
                    {"paused", all.snapshot.paused},
                    {"user", all.caller.user},
                    {"groups", all.caller.groups},
                    {"jobs", jobs}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

std::string shown(const std::string& value) { return value.empty() ? "(unset)" : value; }

void print_changes(const std::vector<policy::Change>& changes, std::string_view indent) {
    for (const policy::Change& change : changes)
        fmt::print("{}{}: {} -> {}\n", indent, change.field, shown(change.before),
                   shown(change.after));
}

void print_effect(const policy::Rule& rule, const policy::Effect& effect) {
    fmt::print("{}: {}{}\n", rule.place, rule.name,
               !effect.known  ? " cannot be decided"
               : rule.observe ? " observes"
                              : "");
    print_changes(effect.changes, "    ");
    for (const Error& refusal : effect.refusals)
        fmt::print("    refuses: {}\n", to_string(refusal));
    for (const std::string& warning : effect.warnings)
        fmt::print("    warns: {}\n", warning);
    for (const Error& error : effect.would_have)
        fmt::print("    would: {}\n", to_string(error));
    const bool idle = effect.changes.empty() && effect.refusals.empty() &&
                      effect.warnings.empty() && effect.would_have.empty();
    if (idle)
        fmt::print("    nothing to do\n");
    if (rule.stop && effect.known)
        fmt::print("    stops: no later rule is looked at\n");
}

/// Why no rule is asked, or why none acts.
std::string_view remark(const Explanation& all, const Verdict& verdict) {
    if (all.snapshot.paused)
        return "Fairlead is paused: every job passes";
    if (verdict.decision.exempt)
        return "the rules are not for this user (policy_exempt)";
    switch (all.snapshot.config.policy.mode) {
    case config::Mode::Off:
        return "the rules are off (policy_mode: off)";
    case config::Mode::Observe:
        return "the rules only observe (policy_mode: observe): nothing below is done";
    case config::Mode::Enforce:
        break;
    }
    return {};
}

void print_verdict(const Explanation& all, const Verdict& verdict) {
    if (const std::string_view text = remark(all, verdict); !text.empty())
        fmt::print("{}\n", text);
    if (all.judged(verdict))
        for (const policy::Effect& effect : verdict.effects)
            print_effect(all.snapshot.rules.at(effect.rule), effect);
    if (!verdict.changes.empty() && verdict.decision.refusals.empty()) {
        fmt::print("the job becomes\n");
        print_changes(verdict.changes, "    ");
    }
    for (const Error& error : verdict.decision.would_have)
        fmt::print("would have: {}\n", to_string(error));
    for (const std::string& warning : verdict.decision.warnings)
        fmt::print("warning: {}\n", warning);
    for (const Error& refusal : verdict.decision.refusals)
        fmt::print("refused: {}\n", to_string(refusal));
    if (verdict.decision.refusals.empty())
        fmt::print("accepted\n");
}

void print_text(const Explanation& all) {
    for (std::size_t i = 0; i < all.verdicts.size(); ++i) {
        if (all.verdicts.size() > 1)
            fmt::print("component {}\n", i);
        print_verdict(all, all.verdicts[i]);
    }
}

void run(const Options& options, Session& session) {
    const auto explanation = explain(options, session);
    if (!explanation)
        return session.report(explanation.error());
    options.json ? print_json(*explanation) : print_text(*explanation);
    if (!explanation->accepted())
        session.status = problem;
}

} // namespace

void add_policy_explain(CLI::App& policy, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = policy.add_subcommand(
        "explain", "which rules a submission meets, and what becomes of it; nothing is submitted");
    command->add_option("--user", options->user, "who submits (default: you)");
    command
        ->add_option("--rules", options->rules,
                     "files of rules to ask alone (default: the configuration in use)")
        ->allow_extra_args(false);
    command->add_flag("--modify", options->modify, "the options are an update of a job");
    command
        ->add_option(
            "COMMAND", options->words,
            "behind --: sbatch, srun or salloc as you would call it, or scontrol update or "
            "release")
        ->required();
    command->positionals_at_end();
    add_format(*command, options->json);
    command->footer("fairlead policy explain -- sbatch -p gpu job.sh\n"
                    "fairlead policy explain --user ada -- scontrol update JobId=12 TimeLimit=2-0");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
