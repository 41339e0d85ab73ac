/// What an instance costs in a month, and who pays which part of it: runs, its boot, and idle.
#pragma once

#include "cost/instances.hpp"
#include "cost/ledger.hpp"
#include "cost/pricing.hpp"

namespace fairlead::cost {

/// A run on an instance: its entry with what it pays of it in the month.
struct RunPart {
    Entry entry{}; ///< as settle enters the run, of this instance alone
    Stay stay{};
    bool ended = true; ///< else the ledger does not have it yet
};

struct InstanceMonth {
    std::string currency{};
    std::string instance_type{};
    std::string purchase{};
    std::string region{}; ///< empty where not known
    Money cost{};         ///< nothing where AWS took it back in its first hour
    Money runs{};         ///< what runs pay on it
    Money boot{};
    Money idle{};     ///< the rest, so that all sum to `cost`
    Money refunded{}; ///< of what runs paid, where it cost nothing
    std::int64_t up_seconds = 0;
    std::int64_t boot_seconds = 0;
    std::int64_t idle_seconds = 0; ///< without any run, behind its boot
};

/// Whether AWS bills nothing for it: a spot instance with Linux that it takes back within the first
/// hour (EC2 user guide, "Billing for interrupted Spot Instances").
bool is_free(const Instance& instance, const PriceKey& key);

/// From its launch to its end, a minute at least, or up to `now`; what falls in [month, next).
Interval billed_in(const Instance& instance, Time month, Time now);

/// Divides it. Less than nothing is idle where runs pay for a time that AWS does not bill: until
/// Slurm saw that the node was gone, or when a suspended job's node was given to another. FL-C105.
Result<InstanceMonth> divide(const Instance& instance, const Interval& billed,
                             const NodePrices& prices, const std::vector<RunPart>& runs);

/// What the ledger is to hold of it, in the order of `runs`. A run that ended with an instance that
/// AWS took back is moved from `node_fail` to `reclaim`; what it paid on one that cost nothing is
/// given back as `reclaim`.
std::vector<Entry> entries_of(const Instance& instance, Time month, const InstanceMonth& divided,
                              const std::vector<RunPart>& runs);

} // namespace fairlead::cost
