/// Whom a job runs as, as the node's directory service knows them.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fairlead::prolog {

struct JobOwner {
    std::string name;
    std::uint32_t uid;
    std::uint32_t gid;
    std::vector<std::uint32_t> groups;
    std::vector<std::string> group_names;
};

/// FL-S111 for a user whom the node does not know, and for root, as whom nothing is copied.
Result<JobOwner> job_owner(std::uint32_t uid);

} // namespace fairlead::prolog
