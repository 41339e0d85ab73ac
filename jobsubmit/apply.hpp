/// A JobPatch written into Slurm's job description, with Slurm's allocator.
#pragma once

#include "jobsubmit/compat.hpp"
#include "policy/job_request.hpp"

#include <string_view>

namespace fairlead::jobsubmit {

/// Removes every entry of spank_job_env that a client dressed up as ours; true when
/// there was one. Allocates nothing and does not throw.
bool strip_forged(job_desc_msg_t& job) noexcept;

/// Adds to admin_comment; a site's own words stay in front.
void note(job_desc_msg_t& job, std::string_view words);

void apply(const policy::JobPatch& patch, job_desc_msg_t& job);

} // namespace fairlead::jobsubmit
