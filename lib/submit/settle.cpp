#include "submit/settle.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "placement/hostlist.hpp"
#include "submit/derived.hpp"
#include "submit/generic.hpp"
#include "submit/longest.hpp"
#include "submit/releases.hpp"

#include <algorithm>

namespace fairlead::submit {
namespace {

using policy::JobRequest;
using policy::Tres;

constexpr std::string_view gpu = "gres/gpu";

std::uint32_t product(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t most = 0xfffffff0;
    return static_cast<std::uint32_t>(std::min(a * b, most));
}

/// GPUs that a list names, whatever their type.
std::uint64_t gpus_in(const std::string& list) {
    std::uint64_t sum = 0;
    for (const std::string_view entry : split(list, ','))
        if (const auto tres = read_generic(entry); tres && tres->name == gpu)
            sum += tres->count;
    return sum;
}

/// Each node once and in order, as the commands send them; they count for -N where it is not given.
Result<void> settle_node_list(JobRequest& job) {
    if (!job.node_list)
        return {};
    const auto names = expand_host_list(*job.node_list);
    if (!names)
        return fail(Code::A221, "--nodelist is '{}'; expected nodes such as n[1-4],m7",
                    printable(*job.node_list));
    job.node_list = placement::compress(*names);
    const auto unique = expand_host_list(*job.node_list);
    const auto count = static_cast<std::uint32_t>(unique ? unique->size() : names->size());
    job.least_nodes = std::max(job.least_nodes.value_or(0), count);
    if (job.most_nodes && *job.most_nodes < *job.least_nodes)
        return fail(Code::A221, "--nodelist names {} nodes and --nodes takes {} at most", count,
                    *job.most_nodes);
    return {};
}

/// --gpus with --gpus-per-node says how many nodes.
void settle_nodes(JobRequest& job, const TresLists& tres) {
    const std::uint64_t total = gpus_in(tres.job), each = gpus_in(tres.node);
    if (job.least_nodes || job.most_nodes || total == 0 || each == 0 || total % each != 0)
        return;
    job.least_nodes = job.most_nodes = product(total / each, 1);
}

/// Nodes that tasks are counted from: an exact -N or the nodes named; of a range none.
std::optional<std::uint32_t> implied_nodes(const JobRequest& job) {
    if (job.most_nodes && job.least_nodes != job.most_nodes)
        return std::nullopt;
    return job.least_nodes.value_or(1);
}

/// srun and sbatch take no more nodes than tasks; later releases also count nodes from tasks.
void fit_nodes_to_tasks(JobRequest& job, std::uint32_t release) {
    if (!job.tasks)
        return;
    if (job.least_nodes && job.most_nodes) {
        job.least_nodes = std::min(*job.least_nodes, *job.tasks);
        job.most_nodes = std::min(*job.most_nodes, *job.tasks);
    }
    if (job.tasks_per_node && !job.least_nodes && release >= in_24_11)
        job.least_nodes = (*job.tasks + *job.tasks_per_node - 1) / *job.tasks_per_node;
}

/// Tasks as the command counts them for the CPUs, where -n is not given.
std::uint32_t counted_tasks(const JobRequest& job, const Draft& draft) {
    const auto nodes = implied_nodes(job);
    if (job.tasks)
        return *job.tasks;
    if (!nodes)
        return 1;
    return product(*nodes, draft.tasks_of_geometry.value_or(job.tasks_per_node.value_or(1)));
}

std::uint64_t cpus_of(const JobRequest& job, const Draft& draft, const std::vector<Tres>& tres,
                      std::uint32_t release) {
    std::uint64_t gpus = 0;
    for (const Tres& one : tres)
        gpus += one.name == gpu ? one.count : 0;
    if (draft.cpus_per_gpu && gpus > 0 && release >= in_24_11)
        return gpus * *draft.cpus_per_gpu;
    if (job.overcommit.value_or(false))
        return implied_nodes(job).value_or(1);
    return std::uint64_t{counted_tasks(job, draft)} * job.cpus_per_task.value_or(1);
}

/// Tasks that are sent though -n is not given.
std::optional<std::uint32_t> sent_tasks(const JobRequest& job, const Draft& draft, Command command,
                                        std::uint32_t release) {
    const auto nodes = implied_nodes(job);
    if (const std::uint64_t gpus = gpus_in(draft.tres.job); gpus > 0) {
        if (job.tasks_per_gpu)
            return product(gpus, *job.tasks_per_gpu);
        if (const std::uint64_t each = gpus_in(draft.tres.task); each > 0)
            return product(gpus / each, 1);
    }
    const bool counted = release < in_24_11 || command == Command::Srun;
    if (nodes && (draft.tasks_of_geometry || (job.tasks_per_node && counted)))
        return counted_tasks(job, draft);
    return std::nullopt;
}

/// --cpus-per-gpu with --gpus-per-task says what a task has.
void settle_cpus_per_task(JobRequest& job, const Draft& draft) {
    const std::uint64_t each = gpus_in(draft.tres.task);
    if (!job.cpus_per_task && draft.cpus_per_gpu && each > 0)
        job.cpus_per_task = product(each, *draft.cpus_per_gpu);
}

std::string joined(const std::string& first, const std::string& second) {
    return first.empty() || second.empty() ? first + second : first + "," + second;
}

} // namespace

Result<JobRequest> settle(const Draft& draft, Command command, std::uint32_t release) {
    JobRequest job = draft.job;
    TresLists tres = draft.tres;
    tres.node = joined(tres.node, draft.gres.value_or(""));
    if (auto done = settle_node_list(job); !done)
        return std::unexpected(done.error());
    fit_nodes_to_tasks(job, release);
    const JobRequest counted = job; // the CPUs are counted before tasks and nodes follow from GPUs
    if (!job.tasks)
        job.tasks = sent_tasks(counted, draft, command, release);
    settle_nodes(job, tres);
    job.too_long = too_long(tres);
    derive_tasks(job);
    derive_resources(job, job.too_long ? TresLists{} : tres);
    job.cpus = cpus_of(counted, draft, job.tres, release);
    job.cpus_for_a_gpu = draft.cpus_per_gpu;
    settle_cpus_per_task(job, draft);
    derive_cpus(job);
    fold_names(job);
    job.contiguous = job.contiguous.value_or(false);
    if (job.memory_per_cpu == 0U) {
        job.memory_per_cpu.reset();
        job.memory = policy::unlimited;
    }
    job.fabric = config::completed(draft.fabric);
    job.interactive = command != Command::Sbatch;
    return job;
}

} // namespace fairlead::submit
