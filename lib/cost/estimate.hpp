/// The most that a job can cost, from what is known when it is submitted. A function of values: no
/// clock, no file, no Slurm.
#pragma once

#include "cost/money.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// A job, or one component of a heterogeneous job. What was not asked for is empty: never zero, and
/// never a magic number of Slurm's.
struct JobSize {
    std::vector<std::string> partitions{}; ///< empty: any of those that are known
    std::optional<std::uint64_t> least_nodes{};
    std::optional<std::uint64_t> most_nodes{};
    std::optional<std::uint64_t> tasks{};
    std::optional<std::uint64_t> tasks_per_node{};
    std::optional<std::uint64_t> cpus_per_task{};
    std::optional<std::uint64_t> cpus{};             ///< of all tasks together
    std::optional<std::uint64_t> named_nodes{};      ///< how many it names, with --nodelist
    std::optional<std::uint64_t> threads_per_core{}; ///< that it uses at most
    std::optional<std::uint64_t> gpus{};             ///< of all nodes together
    std::optional<std::uint64_t> memory_mb_a_cpu{};  ///< 0: all of the node's, as the next two
    std::optional<std::uint64_t> memory_mb_a_gpu{};
    std::optional<std::uint64_t> memory_mb_a_node{};
    std::optional<std::chrono::minutes> time_limit{};
    bool unlimited = false;        ///< --time=unlimited
    bool spread = false;           ///< over as many nodes as it may get (--spread-job)
    std::uint64_t array_tasks = 1; ///< all of them, whatever runs at once
};

/// What is known of a partition.
struct PartitionCost {
    std::string name;
    HourlyPrice dearest; ///< of its nodes
    std::string currency = "USD";
    std::optional<std::uint64_t> nodes{};     ///< how many it has
    std::optional<std::uint64_t> cpus{};      ///< of its smallest node
    std::optional<std::uint64_t> gpus{};      ///< of its node with fewest
    std::optional<std::uint64_t> memory_mb{}; ///< of its node with least
    bool memory_is_free = false; ///< slurmctld gives memory to no job, so none pays for it
    std::optional<std::chrono::minutes> default_time{};
    std::optional<std::chrono::minutes> most_time{}; ///< empty: unlimited
};

/// What a job costs at most in one partition.
struct InPartition {
    Money at_most{};
    std::string_view currency{}; ///< the partition's
    std::uint64_t nodes = 0;     ///< of one array task
    std::chrono::minutes time{};
    bool time_assumed = false; ///< it has no limit
};

/// Without a look at the partitions that the job names. `assumed` is the time of a job that no
/// limit ends. FL-C105. Allocates nothing but an error.
Result<InPartition> cost_in(const JobSize& job, const PartitionCost& partition,
                            std::chrono::minutes assumed);

struct Estimate {
    Money at_most;
    std::string currency;
    std::uint64_t nodes;       ///< of one array task, all components together
    std::chrono::minutes time; ///< of the longest component
    bool time_assumed;         ///< a component has no limit
    std::uint64_t array_tasks;
    std::size_t components;
};

/// How many nodes the job pays at most of a partition: as many as it asks for at least, and at most
/// as far as the partition has them; else as many as its tasks, their memory and its GPUs fill.
/// Where it is not known what a node holds, each task and each GPU may get a node of its own.
/// Memory that is asked for on each node counts for each task, because slurmctld may lay them
/// apart, beside other jobs; where it is not known how much a node has, no job pays for memory.
std::uint64_t most_nodes(const JobSize& job, const PartitionCost& partition);

/// The sum of the components, each in the dearest of its partitions. FL-C103 for a partition that
/// is not known or two currencies, FL-C105.
Result<Estimate> estimate(std::span<const JobSize> components,
                          std::span<const PartitionCost> partitions, std::chrono::minutes assumed);

/// "At most $412.80 (8 nodes, 24 h)", rounded up to a cent.
std::string sentence(const Estimate& estimate);

/// The next whole cent, for what something costs at most.
Money up_to_a_cent(Money amount);

} // namespace fairlead::cost
