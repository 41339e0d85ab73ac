/// The admitted record: the controller's word about a job, carried in spank_job_env and
/// admin_comment.
#pragma once

#include "config/fabric_words.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fairlead::state {

struct Admitted {
    config::FabricDemand fabric;
    bool asked; ///< the job itself required EFA, so that it holds whatever the partition's mode
};

/// Name in spank_job_env; slurmd hands it to the prolog as SPANK_FAIRLEAD_ADMITTED.
inline constexpr std::string_view admitted_name = "FAIRLEAD_ADMITTED";

/// Compact JSON without spaces; what a job does not demand is left out.
std::string encode(const Admitted& admitted);

/// FL-X202, FL-X203.
Result<Admitted> decode_admitted(std::string_view text);

/// The record within a job's admin_comment, where what admins, rules and budgets wrote stands
/// before and behind it with a ';' between; empty where there is none.
std::string_view record_in(std::string_view admin_comment);

/// The same, read; nothing where it cannot be. Admins may overwrite it.
std::optional<Admitted> admitted_in(std::string_view admin_comment);

} // namespace fairlead::state
