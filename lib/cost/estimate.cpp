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
std::uint64_t fit(std::uint64_t memory, std::uint64_t size) {
    return size == 0 ? 1 : memory / size;
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

struct Component {
    Money cost;
    std::string_view currency;
    std::uint64_t nodes;
    Limit limit;
};

Result<Component> in_partition(const JobSize& job, const PartitionCost& partition,
                               minutes assumed) {
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
    return Component{*cost, partition.currency, nodes, limit};
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

Result<Component> dearest(const JobSize& job, std::span<const PartitionCost> partitions,
                          minutes assumed) {
    const auto chosen = candidates(job, partitions);
    if (!chosen)
        return std::unexpected(chosen.error());
    std::optional<Component> most;
    for (const PartitionCost* partition : *chosen) {
        const auto component = in_partition(job, *partition, assumed);
        if (!component)
            return component;
        if (most && most->currency != component->currency)
            return fail(Code::C103, "the partitions of the job have prices in {} and {}",
                        most->currency, component->currency);
        if (!most || component->cost > most->cost)
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

std::uint64_t most_nodes(const JobSize& job, const PartitionCost& partition) {
    if (job.most_nodes)
        return std::max<std::uint64_t>(1, *job.most_nodes);
    std::uint64_t nodes = std::max<std::uint64_t>(1, job.least_nodes.value_or(1));
    const std::uint64_t tasks = std::max<std::uint64_t>(1, job.tasks.value_or(1));
    const std::uint64_t each = std::max<std::uint64_t>(1, job.cpus_per_task.value_or(1));
    const auto memory = partition.memory_mb;
    // A task lies on one node, so what is left of a node stays free.
    if (partition.cpus)
        nodes = std::max(nodes, over(tasks, *partition.cpus / each));
    if (job.memory_mb_a_cpu && memory)
        nodes = std::max(nodes, over(tasks, fit(*memory, *job.memory_mb_a_cpu) / each));
    if (job.tasks_per_node)
        nodes = std::max(nodes, over(tasks, *job.tasks_per_node));
    if (job.gpus && partition.gpus)
        nodes = std::max(nodes, over(*job.gpus, *partition.gpus));
    if (job.gpus && job.memory_mb_a_gpu && memory)
        nodes = std::max(nodes, over(*job.gpus, fit(*memory, *job.memory_mb_a_gpu)));
    return nodes;
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
        const auto total = sum(all.at_most, component->cost);
        if (!total)
            return std::unexpected(total.error());
        all.at_most = *total;
        all.currency = component->currency;
        all.nodes += component->nodes;
        all.time = std::max(all.time, component->limit.time);
        all.time_assumed = all.time_assumed || component->limit.assumed;
        all.array_tasks = std::max(all.array_tasks, job.array_tasks);
    }
    return all;
}

std::string sentence(const Estimate& estimate) {
    constexpr std::int64_t cent = nanos_per_unit / 100;
    const std::int64_t short_of = estimate.at_most.nanos % cent;
    const Money up =
        sum(estimate.at_most, {short_of > 0 ? cent - short_of : 0}).value_or(estimate.at_most);
    std::string text = fmt::format("At most {} ({} node{}", show_money(up, estimate.currency),
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
