#include "jobsubmit/job_view.hpp"

#include <span>
#include <string_view>

namespace fairlead::jobsubmit {
namespace {

constexpr std::string_view our_prefix = "FAIRLEAD_";
constexpr std::string_view efa_option = "_SLURM_SPANK_OPTION_fairlead_efa=";

std::optional<std::string> text(const char* value) {
    if (!value || !*value)
        return std::nullopt;
    return std::string(value);
}

std::span<char*> spank_environment(const job_desc_msg_t& job) {
    if (!job.spank_job_env)
        return {};
    return {job.spank_job_env, job.spank_job_env_size};
}

} // namespace

bool is_ours(const char* entry) { return entry && std::string_view(entry).starts_with(our_prefix); }

policy::JobRequest view(const job_desc_msg_t& job) {
    policy::JobRequest request{.partition = text(job.partition),
                               .features = text(job.features),
                               .efa_option = std::nullopt};
    for (const char* entry : spank_environment(job)) {
        const std::string_view word = entry ? entry : "";
        if (!word.starts_with(efa_option))
            continue;
        const std::string_view value = word.substr(efa_option.size());
        request.efa_option = value == "(null)" ? "" : std::string(value);
    }
    return request;
}

} // namespace fairlead::jobsubmit
