/// The section `staging` of the configuration.
#pragma once

#include "config/reader.hpp"
#include "config/staging.hpp"

namespace fairlead::config {

/// FL-X105, FL-X106. The lines of profiles are read where they are used.
Result<void> read_staging(const Reader& reader, const YAML::Node& node, Staging& staging);

} // namespace fairlead::config
