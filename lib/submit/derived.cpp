#include "submit/derived.hpp"

#include "policy/sizes.hpp"
#include "submit/generic.hpp"
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

std::uint32_t number(std::uint64_t value) {
    constexpr std::uint64_t largest = 0xfffffff0;
    return static_cast<std::uint32_t>(std::min(value, largest));
}

std::uint64_t nodes_of(const JobRequest& job) {
    const policy::JobPatch none;
    return policy::nodes_of({job, none}).value_or(1);
}

/// GPUs of all nodes that it may have, or of as few as it may have.
std::uint64_t gpus_of(const JobRequest& job) {
    return policy::count_of(job, policy::gpu, {}).value_or(0);
}
std::uint64_t least_gpus_of(const JobRequest& job) {
    return policy::least_count_of(job, policy::gpu).value_or(0);
}

/// GPUs of as many nodes as are named; others are not expected for tasks that are not there yet.
std::uint64_t gpus_of_named_nodes(const JobRequest& job, const TresLists& lists) {
    JobRequest named;
    Scale scale = scale_of(job);
    scale.nodes = nodes_of(job);
    named.tres = generic_resources(lists, scale);
    return gpus_of(named);
}

void count_tasks_of_gpus(JobRequest& job, const TresLists& lists) {
    const std::uint64_t each = *job.tasks_per_gpu;
    job.tasks_counted = true;
    job.least_tasks = number(product(least_gpus_of(job), each));
    job.tasks = std::max(*job.least_tasks, number(product(gpus_of_named_nodes(job, lists), each)));
}

void add_gpus_of_tasks(JobRequest& job) {
    const std::uint32_t each = *job.tasks_per_gpu, tasks = job.tasks.value_or(0);
    if (const std::uint32_t gpus = tasks / each; gpus > 0)
        job.tres.push_back({.name = std::string(policy::gpu),
                            .type = {},
                            .count = gpus,
                            .least = job.least_tasks.value_or(tasks) / each});
}

/// What a job has at one end of its range of nodes.
struct End {
    std::uint64_t nodes, tasks, gpus;
};

/// A job whose tasks share CPUs has a CPU for each node, and slurmctld multiplies those by what it
/// wants of a node's sockets, cores and threads (22.05 to 26.05).
std::uint64_t sent_cpus(const JobRequest& job) {
    std::uint64_t cpus = job.cpus.value_or(0);
    if (!job.overcommit.value_or(false) || cpus != job.least_nodes.value_or(1))
        return cpus;
    for (const auto& part : {job.sockets_per_node, job.cores_per_socket, job.threads_per_core})
        cpus = product(cpus, std::max(part.value_or(1), 1U));
    return cpus;
}

/// Slurmctld keeps so many of each node for the job, and one at least.
std::uint64_t cpus_on_node(const JobRequest& job) {
    const std::uint64_t each = job.cpus_per_task.value_or(1);
    const bool shared = job.overcommit.value_or(false);
    return std::max({std::uint64_t{job.cpus ? 1U : 0U},
                     std::uint64_t{job.cpus_per_node.value_or(0)},
                     std::uint64_t{job.cpus_per_task.value_or(0)},
                     shared ? 0 : product(job.tasks_per_node.value_or(0), each)});
}

std::uint64_t cpus_of(const JobRequest& job, const End& end) {
    const bool shared = job.cpus && job.overcommit.value_or(false);
    const bool counted = !shared && (job.tasks || job.cpus_per_task);
    const std::uint64_t tasks = counted ? std::max<std::uint64_t>(end.tasks, 1) : 0;
    return std::max({sent_cpus(job), product(tasks, job.cpus_per_task.value_or(1)),
                     product(end.nodes, cpus_on_node(job)),
                     product(job.cpus_for_a_gpu.value_or(0), end.gpus)});
}

} // namespace

void derive_tasks(JobRequest& job) {
    const auto& each = job.tasks_per_gpu ? job.tasks_per_gpu : job.tasks_per_node;
    if (job.tasks || !each)
        return;
    const std::uint32_t least = number(std::uint64_t{job.least_nodes.value_or(1)} * *each);
    job.tasks_counted = true;
    job.tasks = job.tasks_per_gpu ? least : number(product(nodes_of(job), *each));
    if (least < *job.tasks)
        job.least_tasks = least;
}

void derive_resources(JobRequest& job, const TresLists& lists) {
    const bool asks =
        !lists.job.empty() || !lists.node.empty() || !lists.socket.empty() || !lists.task.empty();
    if (asks)
        job.tres = generic_resources(lists, scale_of(job));
    if (!job.tasks_per_gpu)
        return;
    if (gpus_of(job) == 0)
        return add_gpus_of_tasks(job);
    count_tasks_of_gpus(job, lists);
    if (!lists.task.empty())
        job.tres = generic_resources(lists, scale_of(job));
}

void derive_cpus(JobRequest& job) {
    const Scale scale = scale_of(job);
    const std::uint64_t tasks = job.tasks.value_or(0);
    const std::uint64_t least = cpus_of(
        job, {scale.least_nodes, job.least_tasks.value_or(number(tasks)), least_gpus_of(job)});
    const std::uint64_t most = cpus_of(job, {scale.nodes, tasks, gpus_of(job)});
    if (most == 0)
        return;
    job.cpus = most;
    if (least < most)
        job.least_cpus = least;
}

void derive_cpus_in_update(JobRequest& job) {
    std::uint64_t cpus = job.cpus.value_or(0);
    if (job.tasks && job.cpus_per_task && !(job.cpus && job.overcommit.value_or(false)))
        cpus = std::max(
            cpus, product(std::max(*job.tasks, job.least_nodes.value_or(0)), *job.cpus_per_task));
    if (job.cpus_per_node)
        cpus = std::max(cpus, product(*job.cpus_per_node, nodes_of(job)));
    if (job.cpus_for_a_gpu)
        cpus = std::max(cpus, product(*job.cpus_for_a_gpu, gpus_of(job)));
    if (cpus > 0)
        job.cpus = cpus;
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
