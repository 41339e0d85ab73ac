/// Which part of an instance a job pays, and how its time is cut.
#pragma once

#include "cost/clock.hpp"
#include "cost/money.hpp"
#include "cost/nodes.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// A fraction of a node, from 0 to 1, in lowest terms.
struct Share {
    Wide part = 1;
    Wide whole = 1;
    bool operator==(const Share&) const = default;
};

/// Nine places, rounded half to even: "0.333333333".
std::string show_share(const Share& share);

/// What Slurm gave to a job, on all its nodes together.
struct Tres {
    std::optional<std::int64_t> cpus{};
    std::optional<std::int64_t> memory_millibytes{}; ///< exact for "7.81G"
    std::int64_t gpus = 0;
};

/// "cpu=4,mem=16G,node=1,gres/gpu=2"; nothing where it is not such a list. GPUs named by type alone
/// are added up. Sizes without a unit are MiB, as sacct --noconvert prints them.
std::optional<Tres> read_tres(std::string_view text);

/// The dominant share on each of `nodes` alike: the largest of CPUs, memory and GPUs against what a
/// node has. All of it where nothing is known to compare, or GPUs were given and their number on
/// the node is not known.
Share dominant_share(const Tres& tres, std::size_t nodes, const Capacity& capacity);

/// Who was on an instance when, and with which share.
struct Stay {
    Time from;
    Time to;
    Share share;
};

/// What an instance cost, divided among those who were on it.
struct Apportioned {
    std::vector<Money> stays;
    Money idle;
};

/// Divides what an instance cost from `from` to `to`: each moment by the shares of those who are on
/// it then, the rest being idle; where they ask for more than the whole, in proportion. Stays and
/// idle sum to `cost` exactly. `priced` gives the weight of each stretch of time. FL-C105.
Result<Apportioned> apportion(Money cost, std::span<const PricedTime> priced,
                              std::span<const Stay> stays);

/// [from, to) cut at the starts of months (UTC, as AWS bills).
std::vector<std::pair<Time, Time>> by_month(Time from, Time to);

} // namespace fairlead::cost
