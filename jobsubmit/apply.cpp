#include "jobsubmit/apply.hpp"

#include "jobsubmit/job_view.hpp"
#include "state/admitted.hpp"

#include <utility>

namespace fairlead::jobsubmit {
namespace {

void release(char*& text) {
    void* item = text;
    slurm_xfree(&item);
    text = nullptr;
}

void replace(char*& text, const std::string& value) {
    release(text);
    text = slurm_xstrdup(value.c_str());
}

void append_spank_entry(job_desc_msg_t& job, const std::string& entry) {
    const std::uint32_t count = job.spank_job_env ? job.spank_job_env_size : 0;
    auto** longer = static_cast<char**>(slurm_xcalloc(std::size_t{count} + 2, sizeof(char*), true,
                                                      false, __FILE__, __LINE__, __func__));
    for (std::uint32_t i = 0; i < count; ++i)
        longer[i] = job.spank_job_env[i];
    longer[count] = slurm_xstrdup(entry.c_str());
    void* old = job.spank_job_env;
    slurm_xfree(&old);
    job.spank_job_env = longer;
    job.spank_job_env_size = count + 1;
}

/// A site's own admin_comment stays in front of ours.
void note(job_desc_msg_t& job, const std::string& record) {
    const std::string before = job.admin_comment ? job.admin_comment : "";
    replace(job.admin_comment, before.empty() ? record : before + ";" + record);
}

} // namespace

bool strip_forged(job_desc_msg_t& job) noexcept {
    if (!job.spank_job_env)
        return false;
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < job.spank_job_env_size; ++i) {
        if (is_ours(job.spank_job_env[i]))
            release(job.spank_job_env[i]);
        else
            job.spank_job_env[kept++] = job.spank_job_env[i];
    }
    for (std::uint32_t i = kept; i < job.spank_job_env_size; ++i)
        job.spank_job_env[i] = nullptr;
    return std::exchange(job.spank_job_env_size, kept) != kept;
}

void apply(const policy::JobPatch& patch, job_desc_msg_t& job) {
    if (patch.features)
        replace(job.features, *patch.features);
    if (patch.switches)
        job.req_switch = *patch.switches;
    if (patch.switch_wait)
        job.wait4switch = *patch.switch_wait;
    if (!patch.record)
        return;
    append_spank_entry(job, std::string(state::admitted_name) + "=" + *patch.record);
    note(job, *patch.record);
}

} // namespace fairlead::jobsubmit
