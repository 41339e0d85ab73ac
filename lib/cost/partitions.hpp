/// The partitions of a cluster as Slurm shows them, and what a node of each costs at most.
#pragma once

#include "cost/estimate.hpp"
#include "cost/nodes.hpp"

namespace fairlead::cost {

struct Partition {
    std::string name;
    std::vector<std::string> nodes{};
    std::optional<std::chrono::minutes> default_time{};
    std::optional<std::chrono::minutes> most_time{}; ///< empty: unlimited
    bool is_default = false;
};

/// What `scontrol -o show partition` prints, a partition a line. FL-C108 with the line.
Result<std::vector<Partition>> parse_partitions(std::string_view text, std::string_view source);

/// How far ahead prices count in a partition without a limit, where jobs without one are assumed to
/// take so long: a month at least, because a job may ask for more than the assumption.
std::chrono::minutes looked_ahead(std::chrono::minutes assumed);

/// The partitions of these names, or all without a name, at the highest prices that the book has
/// from `now` until a job that starts then has ended: after the partition's limit, or `unlimited`.
/// One without nodes is left out. FL-C103 for a name that is none of them, a node that no row of
/// `nodes` names and a node without a price now; FL-C106.
Result<std::vector<PartitionCost>> priced(std::span<const Partition> partitions,
                                          std::span<const std::string> names, const Nodes& nodes,
                                          const PriceBook& book, Time now,
                                          std::chrono::minutes unlimited);

} // namespace fairlead::cost
