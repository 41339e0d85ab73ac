/// The entry points that slurmctld looks up. They run under its locks: no I/O, no wait, no
/// exception leaves them, and a fault of ours lets the job through unchanged.

#include "base/guarded.hpp"
#include "config/config.hpp"
#include "jobsubmit/apply.hpp"
#include "jobsubmit/compat.hpp"
#include "jobsubmit/fault.hpp"
#include "jobsubmit/job_view.hpp"
#include "jobsubmit/refresher.hpp"
#include "policy/admit.hpp"

#include <cstdlib>
#include <utility>

#define FAIRLEAD_EXPORT __attribute__((visibility("default")))

extern "C" {
FAIRLEAD_EXPORT extern const char plugin_name[] = "Fairlead job submit plugin";
FAIRLEAD_EXPORT extern const char plugin_type[] = "job_submit/fairlead";
FAIRLEAD_EXPORT extern const unsigned int plugin_version = fairlead::jobsubmit::built_for;

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

const char* config_path() {
    const char* path = std::getenv("FAIRLEAD_CONFIG"); // of slurmctld, so the admin's
    return path && *path ? path : config::default_path;
}

int refuse(const Error& refusal, char** message) {
    *message = slurm_xstrdup(("fairlead: " + to_string(refusal)).c_str());
    return ESLURM_INVALID_FEATURE;
}

int submit(job_desc_msg_t& job, uint32_t uid, char** message) {
    // First of all, because nothing after it may leave a forged entry behind by failing.
    if (strip_forged(job))
        slurm_info("fairlead: stripped forged FAIRLEAD_ entries of user %u", uid);
    const policy::JobRequest request = view(job);
    const auto snapshot = refresher ? refresher->snapshot() : nullptr;
    if (!snapshot)
        return SLURM_SUCCESS;
    const policy::Admission admission = policy::admit(request, *snapshot);
    if (admission.would_have) {
        refresher->count(admission.would_have->code);
        slurm_info("fairlead: observe: would refuse a job of user %u: %s", uid,
                   to_string(*admission.would_have).c_str());
    }
    if (admission.refusal)
        return refuse(*admission.refusal, message);
    apply(admission.patch, job);
    return SLURM_SUCCESS;
}

} // namespace
} // namespace fairlead::jobsubmit

using namespace fairlead;

int init() {
    return guarded("init", SLURM_SUCCESS, jobsubmit::report_fault, [] {
        if (!jobsubmit::refresher)
            jobsubmit::refresher = new jobsubmit::Refresher(jobsubmit::config_path());
        return SLURM_SUCCESS;
    });
}

int fini() {
    return guarded("fini", SLURM_SUCCESS, jobsubmit::report_fault, [] {
        delete std::exchange(jobsubmit::refresher, nullptr);
        return SLURM_SUCCESS;
    });
}

int job_submit(job_desc_msg_t* job, uint32_t submit_uid, char** message) {
    return guarded("job_submit", SLURM_SUCCESS, jobsubmit::report_fault,
                   [&] { return jobsubmit::submit(*job, submit_uid, message); });
}

int job_modify(job_desc_msg_t* job, job_record_t*, uint32_t FAIRLEAD_JOB_MODIFY_MESSAGE) {
    return guarded("job_modify", SLURM_SUCCESS, jobsubmit::report_fault, [&] {
        jobsubmit::strip_forged(*job);
        return SLURM_SUCCESS;
    });
}
