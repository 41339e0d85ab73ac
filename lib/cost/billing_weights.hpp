/// Prices and budgets as Slurm's own fair share and limits count them: weights of a partition's
/// TRES, and minutes of billing for an account. A function of values.
#pragma once

#include "cost/groups.hpp"
#include "cost/partitions.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fairlead::cost {

/// One unit of Slurm's billing is a millionth of a unit of the currency an hour: slurmctld keeps
/// the billing of a job as a whole number and cuts the rest off (Slurm's page on TRES), so that a
/// unit has to be small against what a core costs.
inline constexpr std::int64_t billing_units = 1'000'000;

/// TRESBillingWeights of a partition, for PriorityFlags=MAX_TRES, where a job's billing is that of
/// its dominant share. In millionths of a unit, rounded up; what no node's size is known of is
/// empty.
struct BillingWeights {
    std::string partition;
    std::string currency{};
    std::optional<Wide> cpu{}, memory_gib{}, gpu{};
    std::optional<Wide> node{}; ///< of a partition where neither CPUs nor memory are known
    std::size_t kinds = 0;      ///< rows of the list of nodes; each weight is the highest of them
};

/// In the order of `partitions`; those without nodes are left out. FL-C103, FL-C106 as `priced`;
/// FL-C104 where a size is known of one kind of node in a partition and not of another.
Result<std::vector<BillingWeights>> billing_weights(std::span<const Partition> partitions,
                                                    const Nodes& nodes, const PriceBook& book,
                                                    Time now);

/// "CPU=37500,Mem=9375.000001G,GRES/gpu=900000"
std::string show_weights(const BillingWeights& weights);

/// A budget as a limit of an account.
struct BillingLimit {
    std::string owner;     ///< a group, a university or "site"
    std::string account{}; ///< empty: Slurm has no such limit, for the reason
    Period period{};
    std::int64_t minutes = 0; ///< of billing, rounded down
    std::string reason{};
};

/// Of all who have a budget. `currency` is that of the weights. A limit of the account root is not
/// enforced (sacctmgr(1), GrpTRESMins).
std::vector<BillingLimit> billing_limits(const Groups& groups, std::string_view currency);

/// Whether limits are of different periods, of which Slurm can keep one.
bool mixes_periods(std::span<const BillingLimit> limits);

} // namespace fairlead::cost
