/// Slurm's job description as a JobRequest: null pointers and NO_VAL end here.
#pragma once

#include "jobsubmit/compat.hpp"
#include "policy/job_request.hpp"

namespace fairlead::jobsubmit {

policy::JobRequest view(const job_desc_msg_t& job);

/// Whether an entry of spank_job_env claims to be ours: "FAIRLEAD_...".
bool is_ours(const char* entry);

} // namespace fairlead::jobsubmit
