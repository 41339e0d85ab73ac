/// Asks the map of buckets for a job's user, as the machine knows them now.
#pragma once

#include "config/config.hpp"
#include "prolog/job_owner.hpp"
#include "stage/request.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace fairlead::prolog {

/// Whether the map beside the configuration `file` allows all of them; each gets its bucket's
/// region. FL-S103, FL-S104, and those of load_permit().
Result<void> check_buckets(const config::Config& config, const std::filesystem::path& file,
                           const JobOwner& owner, std::string_view account,
                           std::vector<stage::Transfer>& transfers);

} // namespace fairlead::prolog
