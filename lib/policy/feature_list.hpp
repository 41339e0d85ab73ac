/// Whether the feature list of a job leaves it any node with EFA.
#pragma once

#include "policy/fabric_advice.hpp"

#include <optional>
#include <vector>

namespace fairlead::policy {

/// Whether a word is written as EC2 names its instance types: "m5.large", "hpc7a.96xlarge",
/// "u-6tb1.metal". Other features with a dot, such as "rhel9.4", are none.
bool is_instance_type(std::string_view word);

/// FL-E101 where a list of words, all joined by `&` or `,` or all by `|`, names instance types that
/// have no EFA, or that the job's partitions do not have. What else a list holds is Slurm's to
/// judge; one with brackets or counts is let through. Nothing is allocated unless it refuses.
std::optional<Error> refuse_features(const FabricCase& job);

/// Of these types the ones that the job's feature list leaves: of "hpc6a.48xlarge&amd" that type. A
/// list that refuse_features() lets through unread leaves all.
std::vector<const catalog::InstanceType*>
types_left(const FabricCase& job, std::vector<const catalog::InstanceType*> types);

/// The type of the catalog that a list of words, all joined by `&` or `,`, names first: every node
/// of the job is of it, whatever its partitions list. Null where there is none.
const catalog::InstanceType* type_demanded(const FabricCase& job);

} // namespace fairlead::policy
