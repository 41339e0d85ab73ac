#include "cost/estimate.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

using std::chrono::minutes;

/// How many nodes hold `number` things, each at most `on_one`, and at least one.
std::uint64_t over(std::uint64_t number, std::uint64_t on_one) {
    const std::uint64_t each = std::max<std::uint64_t>(1, on_one);
    return number / each + (number % each != 0 ? 1 : 0);
}

/// How many parts of a size a node's memory holds; a size of 0 is all of it, as with --mem=0.
std::uint64_t fit(std::optional<std::uint64_t> memory, std::uint64_t size) {
    return !memory || size == 0 ? 1 : *memory / size;
}

/// The parts of a job that may each lie on another node: its tasks, or CPUs where it asks for
/// those.
std::uint64_t parts_of(const JobSize& job, std::uint64_t cpus_each) {
    return std::max(
        {std::uint64_t{1}, job.tasks.value_or(0), over(job.cpus.value_or(0), cpus_each)});
}

/// CPUs of a node that the job uses. A core of EC2's has two threads or one, and a job that uses
/// one of two leaves the other to nobody.
std::uint64_t usable_cpus(const JobSize& job, std::uint64_t cpus) {
    constexpr std::uint64_t most_threads = 2;
    return job.threads_per_core.value_or(most_threads) < most_threads ? cpus / most_threads : cpus;
}

/// How many parts a node holds. One lies on one node, so what is left of a node stays free.
std::uint64_t parts_on_a_node(const JobSize& job, const PartitionCost& partition,
                              std::uint64_t cpus_each) {
    if (!partition.cpus)
        return 1;
    std::uint64_t parts = usable_cpus(job, *partition.cpus) / cpus_each;
    if (job.memory_mb_a_cpu)
        parts = std::min(parts, fit(partition.memory_mb, *job.memory_mb_a_cpu) / cpus_each);
    return std::min(parts, job.tasks_per_node.value_or(parts));
}

std::uint64_t gpus_on_a_node(const JobSize& job, const PartitionCost& partition) {
    const std::uint64_t gpus = partition.gpus.value_or(1);
    return job.memory_mb_a_gpu ? std::min(gpus, fit(partition.memory_mb, *job.memory_mb_a_gpu))
                               : gpus;
}

/// The nodes that the memory on each of them sums to where each part has a node of its own, as
/// slurmctld may lay them between other jobs.
std::uint64_t nodes_of_memory(const JobSize& job, const PartitionCost& partition,
                              std::uint64_t parts) {
    if (!job.memory_mb_a_node || !partition.memory_mb || partition.memory_is_free)
        return 1;
    const std::uint64_t memory = *job.memory_mb_a_node;
    if (memory == 0 || memory >= *partition.memory_mb)
        return parts;
    const Wide sum = Wide{parts} * memory;
    return static_cast<std::uint64_t>((sum + *partition.memory_mb - 1) / *partition.memory_mb);
}

struct Limit {
    minutes time;
    bool assumed;
};

/// As slurmctld fills it in: no limit is the default of the partition, else its maximum.
Limit limit_of(const JobSize& job, const PartitionCost& partition, minutes assumed) {
    if (job.time_limit && !job.unlimited)
        return {*job.time_limit, false};
    if (!job.unlimited && partition.default_time)
        return {*partition.default_time, false};
    if (partition.most_time)
        return {*partition.most_time, false};
    return {assumed, true};
}

const PartitionCost* find(std::span<const PartitionCost> partitions, std::string_view name) {
    const auto found = std::ranges::find(partitions, name, &PartitionCost::name);
    return found == partitions.end() ? nullptr : &*found;
}

/// The partitions that the job may run in.
Result<std::vector<const PartitionCost*>> candidates(const JobSize& job,
                                                     std::span<const PartitionCost> partitions) {
    std::vector<const PartitionCost*> chosen;
    if (job.partitions.empty())
        for (const PartitionCost& partition : partitions)
            chosen.push_back(&partition);
    for (const std::string& name : job.partitions) {
        const PartitionCost* known = find(partitions, name);
        if (!known)
            return fail(Code::C103, "partition {} has no price", printable(name));
        chosen.push_back(known);
    }
    if (chosen.empty())
        return fail(Code::C103, "no partition has a price");
    return chosen;
}

Result<InPartition> dearest(const JobSize& job, std::span<const PartitionCost> partitions,
                            minutes assumed) {
    const auto chosen = candidates(job, partitions);
    if (!chosen)
        return std::unexpected(chosen.error());
    std::optional<InPartition> most;
    for (const PartitionCost* partition : *chosen) {
        const auto component = cost_in(job, *partition, assumed);
        if (!component)
            return component;
        const bool both = most && most->at_most.nanos > 0 && component->at_most.nanos > 0;
        if (both && most->currency != component->currency)
            return fail(Code::C103, "the partitions of the job have prices in {} and {}",
                        most->currency, component->currency);
        if (!most || component->at_most > most->at_most)
            most = *component;
    }
    return *most;
}

std::string time_text(minutes time) {
    const auto hours = time.count() / 60, rest = time.count() % 60;
    if (rest == 0)
        return fmt::format("{} h", hours);
    return hours == 0 ? fmt::format("{} min", rest) : fmt::format("{} h {} min", hours, rest);
}

} // namespace

Result<InPartition> cost_in(const JobSize& job, const PartitionCost& partition, minutes assumed) {
    constexpr Wide pico_hours_per_nano = Wide{60} * 1000;
    const Limit limit = limit_of(job, partition, assumed);
    const std::uint64_t nodes = most_nodes(job, partition);
    auto product = times(partition.dearest.picos, limit.time.count());
    for (const std::uint64_t factor : {nodes, job.array_tasks})
        product = product ? times(*product, static_cast<Wide>(factor)) : std::nullopt;
    if (!product)
        return fail(Code::C105, "price, nodes and time of a job do not fit into 128 bits");
    const auto cost = to_money(divided(*product, pico_hours_per_nano));
    if (!cost)
        return std::unexpected(cost.error());
    return InPartition{*cost, partition.currency, nodes, limit.time, limit.assumed};
}

std::uint64_t most_nodes(const JobSize& job, const PartitionCost& partition) {
    const std::uint64_t asked =
        std::max({std::uint64_t{1}, job.least_nodes.value_or(0), job.named_nodes.value_or(0)});
    if (job.most_nodes)
        return std::max(asked,
                        std::min(*job.most_nodes, partition.nodes.value_or(*job.most_nodes)));
    const std::uint64_t each = std::max<std::uint64_t>(1, job.cpus_per_task.value_or(1));
    const std::uint64_t parts = parts_of(job, each);
    std::uint64_t filled = job.spread ? parts : over(parts, parts_on_a_node(job, partition, each));
    filled = std::max(filled, nodes_of_memory(job, partition, parts));
    if (job.gpus)
        filled = std::max(filled,
                          job.spread ? *job.gpus : over(*job.gpus, gpus_on_a_node(job, partition)));
    return std::max(asked, std::min(filled, partition.nodes.value_or(filled)));
}

Result<Estimate> estimate(std::span<const JobSize> components,
                          std::span<const PartitionCost> partitions, minutes assumed) {
    Estimate all{.at_most = {},
                 .currency = {},
                 .nodes = 0,
                 .time = {},
                 .time_assumed = false,
                 .array_tasks = 1,
                 .components = components.size()};
    for (const JobSize& job : components) {
        const auto component = dearest(job, partitions, assumed);
        if (!component)
            return std::unexpected(component.error());
        if (!all.currency.empty() && all.currency != component->currency)
            return fail(Code::C103, "the components of the job have prices in {} and {}",
                        all.currency, component->currency);
        const auto total = sum(all.at_most, component->at_most);
        if (!total)
            return std::unexpected(total.error());
        all.at_most = *total;
        all.currency = component->currency;
        all.nodes += component->nodes;
        all.time = std::max(all.time, component->time);
        all.time_assumed = all.time_assumed || component->time_assumed;
        all.array_tasks = std::max(all.array_tasks, job.array_tasks);
    }
    return all;
}

Money up_to_a_cent(Money amount) {
    constexpr std::int64_t cent = nanos_per_unit / 100;
    const std::int64_t short_of = amount.nanos % cent;
    return sum(amount, {short_of > 0 ? cent - short_of : 0}).value_or(amount);
}

std::string sentence(const Estimate& estimate) {
    std::string text = fmt::format("At most {} ({} node{}",
                                   show_money(up_to_a_cent(estimate.at_most), estimate.currency),
                                   estimate.nodes, estimate.nodes == 1 ? "" : "s");
    if (estimate.components > 1)
        text += fmt::format(" in {} components", estimate.components);
    text += ", " + time_text(estimate.time);
    if (estimate.time_assumed)
        text += " assumed, for it has no time limit";
    if (estimate.array_tasks > 1)
        text += fmt::format(", {} array tasks", estimate.array_tasks);
    return text + ")";
}

} // namespace fairlead::cost
