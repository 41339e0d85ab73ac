/// An update as it is typed: `scontrol update JobId=12 TimeLimit=2:00:00 Partition=gpu`, `scontrol
/// release 12`, or options of sbatch.
#pragma once

#include "base/error.hpp"
#include "policy/job_request.hpp"

#include <ctime>
#include <span>
#include <string>

namespace fairlead::submit {

/// The words from "scontrol", "sbatch", "srun" or "salloc" on. FL-A221 for a field that no rule can
/// read, or a bad value.
Result<policy::JobRequest> read_update(std::span<const std::string> words, std::time_t now,
                                       std::uint32_t release);

} // namespace fairlead::submit
