/// What would work instead of a fabric that cannot be had: the ends of the sentences that refuse a
/// job. Only made once a job is refused.
#pragma once

#include "policy/partitions.hpp"

#include <string>

namespace fairlead::policy {

/// What a job wants of the fabric and who wants it.
struct FabricCase {
    const JobRequest& request;
    const config::FabricRequest& asked; ///< the job's own word
    const config::FabricDemand& demand; ///< what it is held to
    bool counts;                        ///< the partition's rules are part of that
    const Partitions& partitions;
    const config::Config& config;
    const catalog::Catalog& catalog;

    /// What the partition demands of this the job may not relax.
    bool partition_insists(config::Relaxable aspect) const {
        return counts && !config::relaxes(partitions.rules, aspect);
    }
};

/// The job asks for EFA of its own, and the partition does not insist on it.
bool may_drop_efa(const FabricCase& job);

/// "partition 'hpc' or 'p5'": those whose listed nodes have that many interfaces, other than the
/// job's own; empty for none.
std::string partitions_with(const FabricCase& job, int interfaces);

/// "submit to partition 'hpc' or drop --efa=required"
std::string other_than_this_partition(const FabricCase& job);

/// "ask for 7 nodes or less, or for --placement=cluster or partition", where that may be had.
std::string fewer_spread(const FabricCase& job, unsigned most);

/// "drop --same-az=no", or one of both where the other is the job's own as well.
std::string drop_same_az_no(const FabricCase& job, std::string_view other, bool partitions_own);

} // namespace fairlead::policy
