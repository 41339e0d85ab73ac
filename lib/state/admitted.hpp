/// The admitted record: the controller's word about a job, carried in spank_job_env and
/// admin_comment.
#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>

namespace fairlead::state {

struct Admitted {
    config::EfaNeed efa;
    bool asked; ///< the job itself asked for it, so it holds whatever the partition's mode
};

/// Name in spank_job_env; slurmd hands it to the prolog as SPANK_FAIRLEAD_ADMITTED.
inline constexpr std::string_view admitted_name = "FAIRLEAD_ADMITTED";

/// Compact JSON without spaces.
std::string encode(const Admitted& admitted);

/// FL-X202, FL-X203.
Result<Admitted> decode_admitted(std::string_view text);

} // namespace fairlead::state
