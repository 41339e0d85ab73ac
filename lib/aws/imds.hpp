/// The instance metadata service, version 2: what only EC2 knows about this instance.
#pragma once

#include "aws/imds_session.hpp"
#include "base/error.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace fairlead::aws {

struct InstanceFacts {
    std::optional<std::string> availability_zone; ///< "us-east-2b"
    std::optional<std::string> lifecycle;         ///< "on-demand", "spot" or "scheduled"
    std::optional<std::string> launch_time;       ///< pendingTime of the identity document, UTC
};

/// One session token, then three reads, all within `deadline`. A path that IMDS does not have stays
/// empty; no token is FL-X204, which says nothing about the node.
Result<InstanceFacts> instance_facts(const std::string& endpoint,
                                     std::chrono::milliseconds deadline);

} // namespace fairlead::aws
