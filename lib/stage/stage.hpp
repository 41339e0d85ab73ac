/// A whole staging: what fairlead-stage does.
#pragma once

#include "config/config.hpp"
#include "stage/job_file.hpp"

#include <filesystem>

namespace fairlead::stage {

/// Copies what the request says and writes manifest and result.json into its folder. FL-S122 where
/// another process works there, and then nothing was written; FL-S123 where the result could not be
/// written. `program` is run as the hand.
Result<StageResult> stage(const JobFile& request, const std::filesystem::path& folder,
                          const config::Config& config, const std::string& program);

} // namespace fairlead::stage
