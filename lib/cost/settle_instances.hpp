/// Brings into the ledger what instances cost in a month beyond the runs on them, so that runs,
/// boot and idle sum to what the instances cost. Again with the same changes nothing.
#pragma once

#include "cost/instance_month.hpp"
#include "cost/settle.hpp"

namespace fairlead::cost {

struct SettledInstances {
    std::size_t instances = 0;
    std::size_t changed = 0; ///< of them, in the ledger
    /// By currency: what they cost and what it is made of. `elsewhere` is what runs paid on nodes
    /// that were none of them at the time.
    struct Sums {
        Wide cost = 0, runs = 0, boot = 0, idle = 0, refunded = 0, elsewhere = 0;
    };
    std::map<std::string, Sums> sums{};
};

/// `taken` has all runs that had a node in `month`, as they were settled. Lines that cannot be read
/// or priced go to `skipped`; an instance whose node has no price is an error of the whole:
/// FL-C103, FL-C106. FL-C105, FL-C107, FL-C302.
Result<SettledInstances> settle_instances(const Taken& taken, const Instances& instances,
                                          Time month, const Zone& zone, Pricer& pricer,
                                          Ledger& ledger,
                                          const std::function<void(const Error&)>& skipped);

} // namespace fairlead::cost
