#include "submit/derived.hpp"

#include "submit/slurm_values.hpp"

#include <algorithm>

namespace fairlead::submit {

using policy::JobRequest;

void derive_counts(JobRequest& job) {
    constexpr std::uint64_t largest = 0xfffffff0;
    if (!job.tasks && job.tasks_per_node)
        job.tasks = static_cast<std::uint32_t>(
            std::min(std::uint64_t{job.least_nodes.value_or(1)} * *job.tasks_per_node, largest));
}

void derive_cpus(JobRequest& job) {
    const bool known = job.modify ? job.tasks && job.cpus_per_task : job.tasks || job.cpus_per_task;
    if (!known || (job.cpus && job.overcommit.value_or(false)))
        return;
    const std::uint64_t needed =
        std::uint64_t{job.tasks.value_or(1)} * job.cpus_per_task.value_or(1);
    job.cpus = std::max(job.cpus.value_or(0), needed);
}

void fold_names(JobRequest& job) {
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    for (auto* name : {&job.account, &job.qos, &job.wckey})
        if (*name && std::ranges::any_of((*name)->view(), is_capital))
            *name = lower(**name);
}

} // namespace fairlead::submit
