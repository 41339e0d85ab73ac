#include "jobsubmit/job_view.hpp"

#include <span>
#include <string_view>

namespace fairlead::jobsubmit {
namespace {

constexpr std::string_view our_prefix = "FAIRLEAD_";
constexpr std::string_view option_prefix = "_SLURM_SPANK_OPTION_";

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

/// Slurm's unset values: NO_VAL, and 0 where a count of 0 says nothing.
std::optional<std::uint32_t> count(std::uint32_t value) {
    if (value == NO_VAL || value == INFINITE || value == 0)
        return std::nullopt;
    return value;
}

std::optional<std::uint32_t> count(std::uint16_t value) {
    if (value == NO_VAL16 || value == INFINITE16 || value == 0)
        return std::nullopt;
    return value;
}

/// The value of an option that the SPANK plugin stored; the last one counts.
std::optional<std::string_view> option_value(const job_desc_msg_t& job, std::string_view name) {
    std::optional<std::string_view> value;
    for (const char* entry : spank_environment(job)) {
        std::string_view rest = entry ? entry : "";
        if (!rest.starts_with(option_prefix))
            continue;
        rest.remove_prefix(option_prefix.size());
        if (rest.size() > name.size() && rest.starts_with(name) && rest[name.size()] == '=')
            value = rest.substr(name.size() + 1);
    }
    return value;
}

} // namespace

bool is_ours(const char* entry) { return entry && std::string_view(entry).starts_with(our_prefix); }

policy::JobRequest view(const job_desc_msg_t& job) {
    return {.partition = text(job.partition),
            .features = text(job.features),
            .fabric = config::read_fabric_request(
                [&](std::string_view name) { return option_value(job, name); }),
            .least_nodes = count(job.min_nodes),
            .most_nodes = count(job.max_nodes),
            .tasks = count(job.num_tasks),
            .tasks_per_node = count(job.ntasks_per_node),
            .switches = count(job.req_switch),
            .switch_wait = count(job.wait4switch)};
}

} // namespace fairlead::jobsubmit
