/// Where libslurm differs between releases (scripts/slurm-headers). From 25.11 on records have the
/// identifier of a step for a job's number, from 26.05 on functions take it; what frees the
/// configuration is slurm_free_ctl_conf, and in 26.05 slurm_free_conf.
#pragma once

#include "slurm/job_control.hpp"

#include <slurm/slurm.h>
#include <slurm/slurm_version.h>

namespace fairlead::slurm {

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
inline slurm_step_id_t step_of(JobId id) {
    slurm_step_id_t step = SLURM_STEP_ID_INITIALIZER;
    step.job_id = id.value;
    return step;
}
inline JobId id_of(const slurm_job_info_t& job) { return {job.step_id.job_id}; }
inline void name_job(job_desc_msg_t& change, JobId id) { change.step_id = step_of(id); }
#else
inline JobId id_of(const slurm_job_info_t& job) { return {job.job_id}; }
inline void name_job(job_desc_msg_t& change, JobId id) { change.job_id = id.value; }
#endif

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
inline slurm_step_id_t native(JobId id) { return step_of(id); }
#else
inline std::uint32_t native(JobId id) { return id.value; }
#endif

/// The one that slurm.h declares: which release renamed it is not in its documents.
template <class Conf>
void free_conf(Conf* conf) {
    if constexpr (requires { slurm_free_conf(conf); })
        slurm_free_conf(conf);
    else
        slurm_free_ctl_conf(conf);
}

} // namespace fairlead::slurm
