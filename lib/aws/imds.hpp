/// The instance metadata service, version 2.
#pragma once

#include "aws/imds_session.hpp"
#include "aws/instance_facts.hpp"
#include "base/error.hpp"

#include <chrono>

namespace fairlead::aws {

/// One session token, then one read a fact and one a network interface, all within `deadline`. What
/// was not answered, or not understood, stays unknown; no token is FL-X204, which says nothing
/// about the node. Paths: "Instance metadata categories" in the EC2 user guide; a 404 for
/// placement/group-name means that the instance is in none.
Result<InstanceFacts> instance_facts(const std::string& endpoint,
                                     std::chrono::milliseconds deadline);

} // namespace fairlead::aws
