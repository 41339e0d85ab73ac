/// The controller's word about what a job stages: one entry of spank_job_env, beside the admitted
/// record. It is no part of admin_comment, because it may be long.
#pragma once

#include "stage/request.hpp"

#include <string>
#include <string_view>

namespace fairlead::stage {

/// Name in spank_job_env; slurmd hands it to the prolog as SPANK_FAIRLEAD_STAGE.
inline constexpr std::string_view record_name = "FAIRLEAD_STAGE";

/// {"schema":"fairlead.staging/1","id":"17...","transfers":[{"direction":"in",...}]}
std::string encode_record(const Request& request);

/// FL-X202, FL-X203, and FL-S101 and FL-S102 for what is in it.
Result<Request> decode_record(std::string_view text);

} // namespace fairlead::stage
