/// What a job asks for, as its cost is reckoned.
#pragma once

#include "cost/budget.hpp"
#include "policy/job_request.hpp"

namespace fairlead::submit {

/// Its partitions are left empty.
cost::JobSize size_of(const policy::JobRequest& request);

/// The job as the rules left it; the texts are borrowed from both.
cost::Ask ask_of(const policy::JobRequest& request, const policy::JobPatch& patch);

/// An update of the job that slurmctld names so: "4711", "4711_3", "4711_[1-5]". Of any other name
/// the number is 0. What it says is borrowed from all of them.
cost::Change change_of(std::string_view job, const policy::JobRequest& request,
                       const policy::JobPatch& patch);

} // namespace fairlead::submit
