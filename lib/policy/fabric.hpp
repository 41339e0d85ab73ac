/// Whether what a job and its partition want of the fabric can be had: pure functions over what is
/// known at submission.
#pragma once

#include "policy/fabric_advice.hpp"

#include <optional>

namespace fairlead::policy {

/// Where a job asks for less than its partition demands and may not relax: FL-E102, E103, E105,
/// E107, E108.
std::optional<Error> refuse_relaxation(const config::FabricRequest& asked,
                                       const Partitions& partitions);

/// Where no nodes of the partitions could ever satisfy the demand: FL-E101, E103, E104, E106, E108.
/// Of a partition that does not list its types nothing is known but the type that the job's
/// constraint names.
std::optional<Error> refuse_impossible(const FabricCase& job);

} // namespace fairlead::policy
