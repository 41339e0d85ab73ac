/// How libslurm names a job, which changed in 25.11: a number before, an identifier of a step
/// since.
#pragma once

#include "slurm/job_control.hpp"

#include <slurm/slurm.h>
#include <slurm/slurm_version.h>

namespace fairlead::slurm {

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
inline slurm_step_id_t native(JobId id) {
    slurm_step_id_t native = SLURM_STEP_ID_INITIALIZER;
    native.job_id = id.value;
    return native;
}
inline JobId id_of(const slurm_job_info_t& job) { return {job.step_id.job_id}; }
inline void name_job(job_desc_msg_t& change, JobId id) { change.step_id = native(id); }
#else
inline std::uint32_t native(JobId id) { return id.value; }
inline JobId id_of(const slurm_job_info_t& job) { return {job.job_id}; }
inline void name_job(job_desc_msg_t& change, JobId id) { change.job_id = id.value; }
#endif

} // namespace fairlead::slurm
