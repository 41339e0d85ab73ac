#include "policy/decide.hpp"

#include "policy/rule_mark.hpp"
#include "policy/staging.hpp"

#include <algorithm>
#include <iterator>

namespace fairlead::policy {
namespace {

using config::Mode;

bool is_exempt(const JobRequest& request, const config::PolicySettings& settings) {
    const auto& who = request.submitted_by ? request.submitted_by : request.user;
    return who && std::ranges::find(settings.exempt, who->view()) != settings.exempt.end();
}

void only_observed(const JobRequest& request, Decision& decision) {
    std::ranges::move(decision.refusals, std::back_inserter(decision.would_have));
    for (const std::string& warning : decision.warnings)
        decision.would_have.push_back({Code::A206, "rules would warn: " + warning});
    for (const Change& change : changes_of({request, JobPatch{}}, decision.patch))
        decision.would_have.push_back({Code::A206, "rules would set " + show(change)});
    decision.patch = {};
    decision.refusals.clear();
    decision.warnings.clear();
}

/// What cannot be read may be anything.
Error refuse_unread(const TooLong& text) {
    return {Code::A203,
            fmt::format("the job cannot be checked, because {} has {} bytes, and no more than "
                        "{} are read; make it shorter, or ask an operator",
                        text.name, text.length, text.most)};
}

/// Who is exempt is looked up when the rules are read, so whoever is not known is not exempt.
void judge_by_rules(const JobRequest& request, const Snapshot& snapshot, Decision& decision) {
    if (!request.too_long)
        evaluate(snapshot.rules, request, decision);
    else if (!snapshot.rules.empty())
        decision.refusals.push_back(refuse_unread(*request.too_long));
    if (snapshot.config.policy.mode == Mode::Observe)
        return only_observed(request, decision);
    // What an update says takes the place of all that the job's admin_comment has.
    if (!request.modify && decision.refusals.empty())
        decision.patch.rules = marks_of(snapshot.rules, decision.fired);
}

bool concerns_fabric(const JobPatch& patch) {
    return patch.partition || patch.features || patch.least_nodes || patch.most_nodes ||
           patch.tasks;
}

void judge_fabric(const JobRequest& request, const Snapshot& snapshot, Decision& decision) {
    const auto& partition = decision.patch.partition ? decision.patch.partition : request.partition;
    if (!fabric_matters(request, partition, snapshot))
        return;
    Admission admission = concerns_fabric(decision.patch)
                              ? admit(patched(request, decision.patch), snapshot)
                              : admit(request, snapshot);
    if (admission.would_have)
        decision.would_have.push_back(std::move(*admission.would_have));
    if (admission.refusal)
        decision.refusals.push_back(std::move(*admission.refusal));
    if (admission.patch.features)
        decision.patch.features = std::move(admission.patch.features);
    decision.patch.switches = admission.patch.switches;
    decision.patch.switch_wait = admission.patch.switch_wait;
    decision.patch.record = std::move(admission.patch.record);
}

/// What a job asks for itself is honoured in every mode, and in a pause: without it the job has no
/// data.
void judge_staging(const JobRequest& request, const Snapshot& snapshot, Decision& decision) {
    if (request.modify)
        return;
    auto admitted = admit_staging(request, snapshot);
    if (!admitted)
        return decision.refusals.push_back(std::move(admitted.error()));
    if (!*admitted)
        return;
    decision.patch.staging = std::move((*admitted)->record);
    if ((*admitted)->queued)
        decision.patch.queued = std::move(*(*admitted)->queued);
    if (!(*admitted)->notice.empty())
        decision.warnings.push_back(std::move((*admitted)->notice));
}

} // namespace

JobRequest patched(const JobRequest& request, const JobPatch& patch) {
    JobRequest result = request;
    const auto take = [](auto& field, const auto& change) {
        if (change)
            field = change;
    };
    take(result.partition, patch.partition);
    take(result.features, patch.features);
    take(result.account, patch.account);
    take(result.qos, patch.qos);
    take(result.reservation, patch.reservation);
    take(result.wckey, patch.wckey);
    take(result.licenses, patch.licenses);
    take(result.comment, patch.comment);
    take(result.admin_comment, patch.admin_comment);
    take(result.mail_user, patch.mail_user);
    take(result.least_nodes, patch.least_nodes);
    take(result.most_nodes, patch.most_nodes);
    take(result.tasks, patch.tasks);
    take(result.cpus_per_task, patch.cpus_per_task);
    take(result.threads_per_core, patch.threads_per_core);
    take(result.memory, patch.memory);
    take(result.time_limit, patch.time_limit);
    take(result.begin_time, patch.begin_time);
    take(result.exclusive, patch.exclusive);
    take(result.requeue, patch.requeue);
    return result;
}

Decision decide(const JobRequest& request, const Snapshot& snapshot) {
    Decision decision;
    if (snapshot.paused) {
        judge_staging(request, snapshot, decision);
        return decision;
    }
    decision.exempt = is_exempt(request, snapshot.config.policy);
    if (!decision.exempt && snapshot.config.policy.mode != Mode::Off)
        judge_by_rules(request, snapshot, decision);
    if (!request.modify)
        judge_fabric(request, snapshot, decision);
    judge_staging(request, snapshot, decision);
    return decision;
}

} // namespace fairlead::policy
