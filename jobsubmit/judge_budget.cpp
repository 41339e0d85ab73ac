#include "jobsubmit/judge_budget.hpp"

#include "cost/words.hpp"
#include "submit/cost_ask.hpp"

#include <algorithm>

namespace fairlead::jobsubmit {
namespace {

cost::Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

cost::Judged judged(const BudgetsInForce& in_force, cost::Budgets& budgets,
                    const policy::JobRequest& request, const job_desc_msg_t& job, uid_t uid,
                    const policy::Decision& decision) {
    if (!request.modify) {
        cost::Ask ask = submit::ask_of(request, decision.patch);
        ask.exempt = decision.exempt;
        ask.uid = uid == 0 && job.user_id != NO_VAL ? job.user_id : uid; // root for a user
        return budgets.judge(in_force.view, in_force.settings, ask, now());
    }
    cost::Change change =
        submit::change_of(job.job_id_str ? job.job_id_str : "", request, decision.patch);
    change.to.exempt = decision.exempt;
    change.to.uid = uid;
    return budgets.judge(in_force.view, in_force.settings, change, now());
}

/// What the accountant finds again in the queue. Of an update nothing, because the job has its word
/// already.
std::string word_of(const cost::Judged& judged, bool update) {
    if (update)
        return {};
    if (judged.hold)
        return fmt::format("{}={:016x},at-most={}{}", cost::hold_word, *judged.hold,
                           cost::show_nanos(judged.at_most), judged.currency);
    if (!judged.error && !judged.currency.empty())
        return fmt::format("{}=at-most={}{}", cost::cost_word, cost::show_nanos(judged.at_most),
                           judged.currency);
    if (judged.reaction != cost::Reaction::Hold)
        return {};
    std::string reason = to_string(*judged.error);
    std::ranges::replace(reason, ';', ','); // which parts the words of a comment
    return fmt::format("{}={}", cost::stopped_word, reason);
}

/// Why a budget did not hold is for the admin, not for the user.
void tell_trouble(Refresher& refresher, const cost::Judged& judged) {
    if (!judged.trouble)
        return;
    refresher.count(judged.trouble->code);
    refresher.log("a budget was not judged: " + to_string(*judged.trouble));
}

void stop(const Error& error, cost::Reaction reaction, policy::Decision& decision) {
    if (reaction != cost::Reaction::Hold) {
        decision.refusals.push_back(error);
        return;
    }
    decision.patch.hold = true;
    decision.warnings.push_back(to_string(error));
}

} // namespace

std::string judge_budget(Refresher& refresher, const InForce& in_force,
                         const policy::JobRequest& request, const job_desc_msg_t& job, uid_t uid,
                         policy::Decision& decision) {
    if (in_force.snapshot->paused)
        return {};
    cost::Judged result =
        judged(*in_force.budgets, refresher.budgets(), request, job, uid, decision);
    tell_trouble(refresher, result);
    if (result.would_have)
        decision.would_have.push_back(std::move(*result.would_have));
    if (!result.notice.empty())
        decision.warnings.push_back(std::move(result.notice));
    if (result.error)
        stop(*result.error, result.reaction, decision);
    return word_of(result, request.modify);
}

} // namespace fairlead::jobsubmit
