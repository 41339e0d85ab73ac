#include "submit/cost_ask.hpp"

#include "base/host_list.hpp"
#include "policy/sizes.hpp"
#include "submit/slurm_values.hpp"

#include <charconv>

namespace fairlead::submit {
namespace {

using policy::JobPatch;
using policy::JobRequest;

template <class Value>
std::optional<std::uint64_t> wide(const std::optional<Value>& patched,
                                  const std::optional<Value>& asked) {
    const auto& value = patched ? patched : asked;
    return value ? std::optional<std::uint64_t>(*value) : std::nullopt;
}

std::string_view text(const std::optional<Text>& patched, const std::optional<Text>& asked) {
    const auto& value = patched ? patched : asked;
    return value ? value->view() : std::string_view{};
}

/// Of as many nodes as are asked for; where none are, of one, as it most likely starts.
std::optional<std::uint64_t> gpus_of(const JobRequest& request) {
    const bool nodes = request.least_nodes || request.most_nodes;
    std::optional<std::uint64_t> sum;
    for (const policy::Tres& tres : request.tres)
        if (tres.name == policy::gpu)
            sum = sum.value_or(0) + (nodes || tres.least == 0 ? tres.count : tres.least);
    return sum;
}

/// The same of CPUs.
std::optional<std::uint64_t> cpus_of(const JobRequest& request) {
    const bool nodes = request.least_nodes || request.most_nodes;
    return nodes || !request.least_cpus ? request.cpus : request.least_cpus;
}

/// Of a list that slurmctld refuses none.
std::optional<std::uint64_t> named_nodes(const JobRequest& request) {
    return request.node_list ? count_hosts(request.node_list->view()) : std::nullopt;
}

/// 0 for all of a node's, as Slurm writes it.
std::optional<std::uint64_t> memory_a_node(const JobRequest& request, const JobPatch& patch) {
    const auto memory = wide(patch.memory, request.memory);
    return memory == policy::unlimited ? 0 : memory;
}

cost::JobSize size(const JobRequest& request, const JobPatch& patch) {
    cost::JobSize size{.least_nodes = wide(patch.least_nodes, request.least_nodes),
                       .most_nodes = wide(patch.most_nodes, request.most_nodes),
                       .tasks = wide(patch.tasks, request.tasks),
                       .tasks_per_node = wide({}, request.tasks_per_node),
                       .cpus_per_task = wide(patch.cpus_per_task, request.cpus_per_task),
                       .cpus = cpus_of(request),
                       .named_nodes = named_nodes(request),
                       .threads_per_core = wide(patch.threads_per_core, request.threads_per_core),
                       .gpus = gpus_of(request),
                       .memory_mb_a_cpu = request.memory_per_cpu,
                       .memory_mb_a_gpu = request.memory_per_gpu,
                       .memory_mb_a_node = memory_a_node(request, patch)};
    const auto minutes = wide(patch.time_limit, request.time_limit);
    size.unlimited = minutes == policy::unlimited;
    if (minutes && !size.unlimited)
        size.time_limit = std::chrono::minutes(static_cast<std::int64_t>(*minutes));
    size.array_tasks = request.array_size.value_or(1);
    size.spread = request.spread;
    return size;
}

} // namespace

cost::JobSize size_of(const JobRequest& request) { return size(request, {}); }

cost::Ask ask_of(const JobRequest& request, const JobPatch& patch) {
    return {.user = text({}, request.user),
            .account = text(patch.account, request.account),
            .qos = text(patch.qos, request.qos),
            .partitions = text(patch.partition, request.partition),
            .size = size(request, patch)};
}

cost::Change change_of(std::string_view job, const JobRequest& request, const JobPatch& patch) {
    cost::Change change{.name = job, .release = request.release, .to = ask_of(request, patch)};
    const auto [end, error] = std::from_chars(job.data(), job.data() + job.size(), change.job);
    if (error != std::errc{})
        return change;
    std::string_view tasks = job.substr(static_cast<std::size_t>(end - job.data()));
    if (tasks.starts_with("_[") && tasks.ends_with(']'))
        change.tasks = read_array(tasks.substr(2, tasks.size() - 3));
    else if (tasks.starts_with('_') && tasks != "_*")
        change.tasks = 1;
    return change;
}

} // namespace fairlead::submit
