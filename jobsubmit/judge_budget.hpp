/// A job's budget, judged and written into its description.
#pragma once

#include "jobsubmit/compat.hpp"
#include "jobsubmit/refresher.hpp"
#include "policy/decide.hpp"

namespace fairlead::jobsubmit {

/// Of a job that the rules let through: counts it in its budgets, or adds to the decision what
/// stands against it; `uid` is who asks. What it returns belongs into the admin_comment of a job
/// that is queued. For where budgets are in force.
std::string judge_budget(Refresher& refresher, const InForce& in_force,
                         const policy::JobRequest& request, const job_desc_msg_t& job, uid_t uid,
                         policy::Decision& decision);

} // namespace fairlead::jobsubmit
