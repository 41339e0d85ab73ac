/// Slurm's job description as a JobRequest: null pointers and NO_VAL end here.
#pragma once

#include "jobsubmit/compat.hpp"
#include "policy/job_request.hpp"
#include "state/callers.hpp"

namespace fairlead::jobsubmit {

/// A submission. `callers` are those who are looked up; the script and the environment stay the
/// job's.
policy::JobRequest view_submission(const job_desc_msg_t& job, uid_t submitted_by,
                                   const state::Callers& callers);

/// An update; its `user` is who asks for it, whosever the job is.
policy::JobRequest view_update(const job_desc_msg_t& job, uid_t asked_by,
                               const state::Callers& callers);

/// Whether an entry of spank_job_env claims to be ours: "FAIRLEAD_...".
bool is_ours(const char* entry);

} // namespace fairlead::jobsubmit
