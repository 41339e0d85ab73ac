/// What Slurm's own commands say, for what the command reckons with.
#pragma once

#include "base/job_id.hpp"
#include "config/config.hpp"
#include "cost/clock.hpp"
#include "cost/members.hpp"
#include "cost/partitions.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fairlead::cli {

/// What `scontrol --all --oneliner show node` prints. FL-X211.
Result<std::string> ask_nodes(const config::Config& config);

/// The clusters that slurmdbd knows, by name. FL-C307.
Result<std::vector<std::string>> ask_clusters(const config::Config& config);

/// What `scontrol -o show partition` prints. FL-C108.
Result<std::string> ask_partitions(const config::Config& config);

/// Whether slurmctld gives memory to jobs: SelectTypeParameters of `scontrol show config`. Where it
/// does not say, it does. FL-C108.
Result<bool> ask_allocates_memory(const config::Config& config);

/// Whether slurmctld lets nobody name a workload key that is not theirs (AccountingStorageEnforce).
/// FL-C108.
Result<bool> ask_enforces_wckeys(const config::Config& config);

/// What sacct prints of all users' runs between two times, with the columns that the ledger
/// takes and its times in UTC. FL-C307.
Result<std::string> ask_runs(const config::Config& config, const cost::Interval& interval,
                             bool wckeys);

/// The same of jobs of these numbers, with their times and AdminComment. FL-C307.
Result<std::string> ask_jobs(const config::Config& config, std::span<const std::uint32_t> jobs);

/// All runs of one job: its user's number, partition, nodes, start, end and AdminComment, in lines
/// with '|' between them. Of others than root those that slurmdbd shows. FL-C307.
Result<std::string> ask_job(const config::Config& config, JobId job);

/// All runs of one job, how they ended: lines "JobIDRaw|Submit|NodeList|State". FL-S134.
Result<std::string> ask_ends(const config::Config& config, JobId job);

/// The accounts of a cluster with the users that may name them, in their order. FL-C307.
Result<std::vector<cost::Members>> ask_members(const config::Config& config,
                                               const std::string& cluster);

/// The associations of all clusters, in lines "account|parent|user". FL-C307.
Result<std::string> ask_account_tree(const config::Config& config);

/// Each user's default account. FL-C307.
Result<std::vector<std::pair<std::string, std::string>>>
ask_default_accounts(const config::Config& config);

} // namespace fairlead::cli
