/// Where libslurm differs between releases. A job has a number, and from 25.11 on an identifier of
/// a step; what frees the configuration is slurm_free_ctl_conf, and in 26.05 slurm_free_conf.
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

/// The one that slurm.h declares: which release renamed it is not in its documents.
template <class Conf>
void free_conf(Conf* conf) {
    if constexpr (requires { slurm_free_conf(conf); })
        slurm_free_conf(conf);
    else
        slurm_free_ctl_conf(conf);
}

} // namespace fairlead::slurm
