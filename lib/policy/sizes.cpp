#include "policy/sizes.hpp"

#include "base/host_list.hpp"

#include <algorithm>

namespace fairlead::policy {
namespace {

/// Of names that are in the table: it runs when slurmctld loads us, and does not throw.
std::uint64_t bits_of(std::initializer_list<std::string_view> names) noexcept {
    std::uint64_t bits = 0;
    for (const std::string_view name : names)
        bits |= bit_of(*find_field(name));
    return bits;
}

/// The fields that rules may change and sizes are put together from.
const std::uint64_t node_bits = bits_of({"least_nodes", "most_nodes"});
const std::uint64_t task_bits = node_bits | bits_of({"tasks"});
const std::uint64_t size_bits = task_bits | bits_of({"cpus_per_task"});
const std::uint64_t memory_bits = size_bits | bits_of({"memory"});

/// Which of the counts of a resource.
std::uint64_t all_of(const Tres& tres) { return tres.count; }
std::uint64_t least_of(const Tres& tres) { return tres.least ? tres.least : tres.count; }
std::uint64_t on_node_of(const Tres& tres) { return tres.on_node ? tres.on_node : tres.count; }

template <class Count>
std::optional<std::uint64_t> sum_of(const JobRequest& request, std::string_view name,
                                    std::string_view type, Count count) {
    std::optional<std::uint64_t> sum;
    for (const Tres& tres : request.tres)
        if (tres.name == name && (type.empty() || tres.type == type))
            sum = sum.value_or(0) + count(tres);
    return sum;
}

/// slurmctld runs a job on all nodes that it names. A list that we cannot read has the most.
std::optional<std::uint64_t> named_nodes(const JobRequest& request) {
    if (!request.node_list || request.node_list->view().empty())
        return std::nullopt;
    return count_hosts(request.node_list->view()).value_or(most_hosts);
}

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > unlimited / b ? unlimited : a * b;
}

std::uint64_t ratio(std::uint64_t number, std::uint64_t by) {
    return number / by + (number % by == 0 ? 0 : 1);
}

/// What may come to lie on one node: what --ntasks-per-node lets there, or all of it.
std::uint64_t cpus_on_node(const View& view) {
    const JobRequest& job = view.request;
    const auto each = view.patch.cpus_per_task ? view.patch.cpus_per_task : job.cpus_per_task;
    const std::uint64_t least = std::max(job.cpus_per_node.value_or(1), 1U);
    if (job.tasks_per_node)
        return std::max(product(*job.tasks_per_node, each.value_or(1)), least);
    return std::max(job.least_cpus.value_or(job.cpus.value_or(1)), least);
}

/// What a job wants of each node multiplies its GPUs and, where tasks share CPUs, those.
bool names_geometry(const JobRequest& job) {
    return job.sockets_per_node || job.cores_per_socket || job.threads_per_core;
}

/// CPUs, memory and generic resources of the whole job come from these.
bool names_sizes(const View& view) {
    const JobRequest& job = view.request;
    const JobPatch& patch = view.patch;
    return job.least_nodes || job.most_nodes || job.tasks || job.tasks_per_node ||
           job.tasks_per_gpu || job.cpus_per_task || job.cpus || job.cpus_per_node ||
           job.node_list || job.tres_named || !job.tres.empty() || job.names_cpus_for_a_gpu ||
           job.names_memory_for_a_gpu || names_geometry(job) || patch.least_nodes ||
           patch.most_nodes || patch.tasks || patch.cpus_per_task ||
           (view.doubtful & size_bits) != 0;
}

bool names_nodes(const View& view) {
    return view.request.least_nodes || view.request.most_nodes || view.patch.least_nodes ||
           view.patch.most_nodes;
}

/// Slurmctld raises tasks to the least nodes, and counts them anew for each node or GPU.
bool names_tasks(const View& view) {
    const JobRequest& job = view.request;
    return job.tasks || job.tasks_per_node || job.tasks_per_gpu || job.tres_named ||
           job.sockets_per_node || view.patch.tasks || names_nodes(view) ||
           (view.doubtful & task_bits) != 0;
}

bool names_memory(const View& view) {
    const JobRequest& job = view.request;
    return job.memory || job.memory_per_cpu || job.memory_per_gpu || view.patch.memory ||
           (view.doubtful & memory_bits) != 0;
}

bool knows_nodes(const View& view) {
    return (view.request.most_nodes || view.patch.most_nodes) && !(view.doubtful & node_bits);
}

/// The --ntasks-per-node and --ntasks-per-gpu of the job are not told and count on each node and
/// with each GPU, so that tasks are known of one node and without GPUs.
bool knows_tasks(const View& view) {
    const JobRequest& job = view.request;
    const bool no_gpus = !job.tres_named || (job.names_tres && job.tres.empty());
    return (job.tasks || view.patch.tasks) && nodes_of(view).value_or(1) == 1 && no_gpus &&
           !job.tasks_per_node && !job.tasks_per_gpu && !job.sockets_per_node &&
           !(view.doubtful & task_bits);
}

bool knows_cpus(const View& view) {
    const JobRequest& job = view.request;
    const auto each = view.patch.cpus_per_task ? view.patch.cpus_per_task : job.cpus_per_task;
    return job.names_cpus && job.names_cpus_for_a_gpu && !job.cpus_for_a_gpu && job.cpus_per_node &&
           each == 1U && knows_nodes(view) && knows_tasks(view) && !names_geometry(job) &&
           !(view.doubtful & size_bits);
}

bool knows_memory(const View& view) {
    const JobRequest& job = view.request;
    if (view.patch.memory)
        return !(view.doubtful & memory_bits);
    return job.names_memory_for_a_gpu && !(view.doubtful & memory_bits) &&
           (job.memory || (job.memory_per_cpu && knows_cpus(view))) &&
           (!job.memory_per_gpu || job.names_tres);
}

/// Of an update: those that it names, or one for each of the least nodes.
std::optional<std::uint64_t> least_tasks(const View& view) {
    const auto nodes = view.patch.least_nodes ? view.patch.least_nodes : view.request.least_nodes;
    const auto tasks = view.patch.tasks ? view.patch.tasks : view.request.tasks;
    if (!nodes && !tasks)
        return std::nullopt;
    return std::max(nodes.value_or(0), tasks.value_or(0));
}

} // namespace

std::optional<std::uint64_t> count_of(const JobRequest& request, std::string_view name,
                                      std::string_view type) {
    return sum_of(request, name, type, all_of);
}

std::optional<std::uint64_t> nodes_of(const View& view) {
    const auto most = view.patch.most_nodes ? view.patch.most_nodes : view.request.most_nodes;
    const auto least = view.patch.least_nodes ? view.patch.least_nodes : view.request.least_nodes;
    const auto named = named_nodes(view.request);
    if (!most && !least && !named)
        return std::nullopt;
    return std::max(
        {std::uint64_t{most.value_or(0)}, std::uint64_t{least.value_or(0)}, named.value_or(0)});
}

std::optional<std::uint64_t> least_count_of(const JobRequest& request, std::string_view name) {
    return sum_of(request, name, {}, least_of);
}

std::optional<std::uint64_t> cpus_for_each_gpu(const JobRequest& request) {
    const auto gpus = count_of(request, gpu, {});
    const auto least = least_count_of(request, gpu);
    if (!request.cpus || gpus.value_or(0) == 0 || least.value_or(0) == 0)
        return std::nullopt;
    return std::max(ratio(*request.cpus, *gpus),
                    ratio(request.least_cpus.value_or(*request.cpus), *least));
}

std::optional<std::uint64_t> memory_of_node(const View& view) {
    const JobRequest& job = view.request;
    if (view.patch.memory)
        return view.patch.memory;
    if (!job.memory_per_cpu && !job.memory_per_gpu)
        return job.memory;
    std::uint64_t most = job.memory.value_or(0);
    if (job.memory_per_cpu)
        most = std::max(most, product(*job.memory_per_cpu, cpus_on_node(view)));
    if (job.memory_per_gpu)
        most = std::max(most,
                        product(*job.memory_per_gpu, sum_of(job, gpu, {}, on_node_of).value_or(1)));
    return most;
}

std::optional<bool> knows_size(const View& view, const FieldEntry& field) {
    switch (field.special) {
    case Special::Nodes:
        return knows_nodes(view);
    case Special::Tasks:
        return knows_tasks(view);
    case Special::Cpus:
        return knows_cpus(view);
    case Special::Memory:
        return knows_memory(view);
    case Special::MemoryPerCpu:
        return view.request.memory || view.request.memory_per_cpu || view.patch.memory;
    case Special::Gpus:
    case Special::GpuType:
    case Special::Tres:
        return view.request.names_tres;
    case Special::CpusPerGpu:
        return view.request.names_tres && knows_cpus(view);
    default:
        return std::nullopt;
    }
}

std::optional<bool> asks_size(const View& view, const FieldEntry& field) {
    switch (field.special) {
    case Special::Nodes:
        return nodes_of(view) || (view.doubtful & node_bits) != 0;
    case Special::Tasks:
        return names_tasks(view);
    case Special::Memory:
        return names_sizes(view) || names_memory(view);
    case Special::MemoryPerCpu:
        return names_memory(view);
    case Special::Cpus:
    case Special::Gpus:
    case Special::GpuType:
    case Special::CpusPerGpu:
    case Special::Tres:
        return names_sizes(view);
    default:
        return std::nullopt;
    }
}

std::optional<std::uint64_t> at_least(const View& view, const FieldEntry& field) {
    if (field.special == Special::Nodes)
        return nodes_of(view);
    if (field.special == Special::Tasks)
        return least_tasks(view);
    return field.special == Special::Cpus ? view.request.cpus : std::nullopt;
}

} // namespace fairlead::policy
