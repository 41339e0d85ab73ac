/// The entry points that slurmctld looks up. They run under its locks: no I/O, no wait, no
/// exception leaves them, and a fault of ours lets the job through unchanged, but for one at the
/// start where the site wants jobs refused while its rules cannot be read.

#include "base/guarded.hpp"
#include "config/config.hpp"
#include "jobsubmit/apply.hpp"
#include "jobsubmit/compat.hpp"
#include "jobsubmit/fault.hpp"
#include "jobsubmit/job_view.hpp"
#include "jobsubmit/judge_budget.hpp"
#include "jobsubmit/refresher.hpp"
#include "jobsubmit/stamp.hpp"
#include "policy/decide.hpp"

#include <cerrno>
#include <cstdlib>
#include <utility>

#define FAIRLEAD_EXPORT __attribute__((visibility("default")))

extern "C" {
FAIRLEAD_EXPORT extern const char plugin_name[] = "Fairlead job submit plugin";
FAIRLEAD_EXPORT extern const char plugin_type[] = "job_submit/fairlead";

FAIRLEAD_EXPORT int init();
FAIRLEAD_EXPORT int fini();
FAIRLEAD_EXPORT int job_submit(job_desc_msg_t* job, uint32_t submit_uid, char** message);
FAIRLEAD_EXPORT int job_modify(job_desc_msg_t* job, job_record_t* record,
                               uint32_t submit_uid FAIRLEAD_JOB_MODIFY_MESSAGE);
}

namespace fairlead::jobsubmit {

void report_fault(const char* where, const char* what) noexcept {
    slurm_error("fairlead: fault in %s: %s; the job is not held up [FL-A101]", where, what);
}

namespace {

/// Never destroyed but by fini(): slurmctld forks and exits at reconfiguration, and in a forked
/// child the thread is gone, so a destructor run by exit() would wait for it for ever.
Refresher* refresher = nullptr;

/// The plugin could not begin, and jobs are refused where the rules cannot be read.
bool closed = false;

const char* config_path() {
    const char* path = std::getenv("FAIRLEAD_CONFIG"); // of slurmctld, so the admin's
    return path && *path ? path : config::default_path;
}

/// "22.05.8", from the number that Slurm stamps its plugins with.
std::string version_text(std::uint32_t number) {
    return fmt::format("{}.{:02}.{}", number >> 16, number >> 8 & 0xff, number & 0xff);
}

void say_whose_stamp() {
    if (plugin_version != built_for)
        slurm_info("fairlead: built for Slurm %s, runs in %s", version_text(built_for).c_str(),
                   version_text(plugin_version).c_str());
}

/// Slurm's own sentence follows ours on the user's terminal; its code says how it is worded.
int slurm_code(const Error& refusal) {
    if (refusal.code >= Code::C201 && refusal.code <= Code::C205)
        return ESLURM_ACCOUNTING_POLICY;
    const bool of_a_rule = refusal.code >= Code::A201 && refusal.code <= Code::A204;
    return of_a_rule ? ESLURM_ACCESS_DENIED : ESLURM_INVALID_FEATURE;
}

/// What stands there already, of another plugin, stays in front.
void tell(const std::string& text, char** message) {
    if (!message)
        return;
    const std::string whole = *message ? std::string(*message) + "\n" + text : text;
    void* before = *message;
    slurm_xfree(&before);
    *message = slurm_xstrdup(whole.c_str());
}

std::string lines_of(const policy::Decision& decision) {
    std::string lines;
    const auto add = [&](const std::string& line) {
        lines += (lines.empty() ? "fairlead: " : "\nfairlead: ") + line;
    };
    for (const Error& refusal : decision.refusals)
        add(to_string(refusal));
    for (const std::string& warning : decision.warnings)
        add(warning);
    return lines;
}

/// For the log and the counters.
void record_refusal(const Error& refusal, bool update, uid_t uid) {
    refresher->count_refusal(refusal.code);
    refresher->log(fmt::format("refused {} of user {}: {}", update ? "an update" : "a job", uid,
                               to_string(refusal)));
}

/// What was refused, and what observe mode would have done.
void record(const policy::Decision& decision, bool update, uid_t uid) {
    for (const Error& would : decision.would_have) {
        refresher->count(would.code);
        refresher->log(
            fmt::format("observe: {} of user {}: {}{}", update ? "an update" : "a job", uid,
                        would.code == Code::A206 ? "" : "would refuse: ", to_string(would)));
    }
    for (const Error& refusal : decision.refusals)
        record_refusal(refusal, update, uid);
}

/// While no rules are in force that could be.
int refuse_unread(const std::string& why, uid_t uid, bool update, char** message) {
    if (uid == 0)
        return SLURM_SUCCESS;
    const Error refusal{Code::A205, "the rules of this site cannot be read, so no job is taken; "
                                    "tell an admin: " +
                                        why};
    if (refresher)
        record_refusal(refusal, update, uid);
    tell("fairlead: " + to_string(refusal), message);
    return ESLURM_ACCESS_DENIED;
}

template <class View>
int judge(job_desc_msg_t& job, uid_t uid, char** message, View&& view) {
    const bool named = job.job_id_str != nullptr; // only an update has the name of a job
    const auto in_force = refresher ? refresher->in_force() : nullptr;
    if (!in_force)
        return closed ? refuse_unread("slurmctld's plugin met a fault when it began", uid, named,
                                      message)
                      : SLURM_SUCCESS;
    if (!in_force->snapshot)
        return in_force->refuses_because.empty()
                   ? SLURM_SUCCESS
                   : refuse_unread(in_force->refuses_because, uid, named, message);
    const auto callers = refresher->callers().table();
    policy::JobRequest request = view(job, uid, *callers);
    if (const auto& usual = in_force->snapshot->config.default_partition)
        request.default_partition = Text::borrowed(*usual);
    const bool update = request.modify;
    if (!request.caller_known)
        refresher->callers().want(update || job.user_id == NO_VAL ? uid : job.user_id);
    policy::Decision decision = policy::decide(request, *in_force->snapshot);
    std::string budget_word;
    if (decision.refusals.empty() && in_force->budgets)
        budget_word = judge_budget(*refresher, *in_force, request, job, uid, decision);
    record(decision, update, uid);
    if (const std::string lines = lines_of(decision); !lines.empty())
        tell(lines, message);
    if (!decision.refusals.empty())
        return slurm_code(decision.refusals.front());
    apply(decision.patch, job);
    if (!budget_word.empty())
        note(job, budget_word);
    return SLURM_SUCCESS;
}

int submit(job_desc_msg_t& job, uint32_t uid, char** message) {
    // First of all, because nothing after it may leave a forged entry behind by failing.
    if (strip_forged(job) && refresher)
        refresher->log(fmt::format("stripped forged FAIRLEAD_ entries of user {}", uid));
    return judge(job, uid, message, view_submission);
}

int modify(job_desc_msg_t& job, uint32_t uid, char** message) {
    strip_forged(job);
    return judge(job, uid, message, view_update);
}

} // namespace
} // namespace fairlead::jobsubmit

using namespace fairlead;

int init() {
    const bool begun = guarded("init", false, jobsubmit::report_fault, [] {
        jobsubmit::say_whose_stamp();
        if (!jobsubmit::refresher)
            jobsubmit::refresher = new jobsubmit::Refresher(jobsubmit::config_path());
        return true;
    });
    jobsubmit::closed = !begun && guarded("init", true, jobsubmit::report_fault, [] {
        return config::refuses_when_broken(jobsubmit::config_path());
    });
    return SLURM_SUCCESS;
}

int fini() {
    return guarded("fini", SLURM_SUCCESS, jobsubmit::report_fault, [] {
        // One that cannot be ended stays, and so does this object (linked with -z nodelete).
        auto* old = std::exchange(jobsubmit::refresher, nullptr);
        if (old && old->stop())
            delete old;
        return SLURM_SUCCESS;
    });
}

int job_submit(job_desc_msg_t* job, uint32_t submit_uid, char** message) {
    return guarded("job_submit", SLURM_SUCCESS, jobsubmit::report_fault,
                   [&] { return jobsubmit::submit(*job, submit_uid, message); });
}

int job_modify(job_desc_msg_t* job, job_record_t*,
               uint32_t submit_uid FAIRLEAD_JOB_MODIFY_MESSAGE) {
    const int code = guarded("job_modify", SLURM_SUCCESS, jobsubmit::report_fault, [&] {
        return jobsubmit::modify(*job, submit_uid, FAIRLEAD_MODIFY_MESSAGE);
    });
    // Where a job without an association gets another partition or account, slurmctld (seen in
    // 22.05 and 26.05) takes whatever is in errno for its refusal, such as EAGAIN of a socket.
    errno = 0;
    return code;
}
