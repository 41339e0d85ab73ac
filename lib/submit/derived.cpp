#include "submit/derived.hpp"

#include "policy/sizes.hpp"
#include "submit/slurm_values.hpp"

#include <algorithm>
#include <filesystem>

namespace fairlead::submit {

using policy::JobRequest;

namespace {

/// More than any cluster has; a sum of them stays a number.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t most = std::uint64_t{1} << 40;
    return b != 0 && a > most / b ? most : a * b;
}

} // namespace

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

void derive_cpus_of_parts(JobRequest& job) {
    const policy::JobPatch none;
    if (job.cpus_per_node)
        job.cpus = std::max(job.cpus.value_or(0),
                            product(*job.cpus_per_node, policy::nodes_of({job, none}).value_or(1)));
    const auto gpus = job.cpus_for_a_gpu ? policy::count_of(job, policy::gpu, {}) : std::nullopt;
    if (gpus)
        job.cpus = std::max(job.cpus.value_or(0), product(*job.cpus_for_a_gpu, *gpus));
}

bool is_normal_path(std::string_view path) {
    return !path.contains("//") && !path.contains("/.") && (path.size() < 2 || path.back() != '/');
}

std::string normal_path(std::string_view path) {
    std::string normal = std::filesystem::path(path).lexically_normal();
    if (normal.size() > 1 && normal.back() == '/')
        normal.pop_back();
    if (normal.starts_with("//"))
        normal.erase(0, normal.find_first_not_of('/') - 1);
    return normal;
}

void fold_names(JobRequest& job) {
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    for (auto* name : {&job.account, &job.qos, &job.wckey})
        if (*name && std::ranges::any_of((*name)->view(), is_capital))
            *name = lower(**name);
}

} // namespace fairlead::submit
