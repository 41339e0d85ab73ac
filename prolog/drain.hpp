/// Takes this node out of service with a reason of ours.
#pragma once

#include "base/deadline.hpp"
#include "base/error.hpp"
#include "config/config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fairlead::prolog {

/// Runs scontrol. A reason that somebody else wrote is never replaced: a node that is out of
/// service keeps it, and so does one that is in service, where ours comes behind it.
Result<void> drain(const std::filesystem::path& scontrol, const std::string& node,
                   const std::string& reason, const Deadline& deadline);

/// How many nodes slurmctld counts in a partition. FL-E205.
Result<int> partition_size(const std::filesystem::path& scontrol, const std::string& partition,
                           const Deadline& deadline);

/// The partitions of a node as slurmctld knows them; none where it does not answer.
std::vector<std::string> partitions_of(const std::filesystem::path& scontrol,
                                       const std::string& node, const Deadline& deadline);

enum class Removal {
    Drained, ///< by us, or somebody's reason stands already
    Braked,  ///< this check has drained enough (FL-E219)
    Unable,  ///< slurmctld or state_dir did not answer, so nothing was drained
};

/// Drains a node of a partition because of `error`, where the brake is not in the way. A node that
/// is out of service with a reason is left alone, and the brake does not count it. Shared storage
/// is asked in a fork, because it may hang. What stood in the way is logged.
Removal remove_from_service(const config::Config& config, const std::string& node,
                            const std::string& partition, const Error& error,
                            const Deadline& deadline);

/// Whether `fairlead pause` holds; not where shared storage does not answer in time.
bool paused_in_time(const std::filesystem::path& state_dir, const Deadline& deadline);

} // namespace fairlead::prolog
