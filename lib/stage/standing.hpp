/// How staging in stands, in one small file on shared storage: the first node of a job writes it,
/// the others wait for it.
#pragma once

#include "stage/claim.hpp"
#include "stage/places.hpp"

#include <ctime>
#include <filesystem>
#include <string>

namespace fairlead::stage {

enum class Stand { Staging, Ready, Refused };

struct Standing {
    Stand stand;
    std::string node;      ///< who says so
    std::string message{}; ///< why a job is refused, with its code
};

/// Only while the claim holds: FL-S122, FL-S123.
Result<void> write_standing(const Claim& claim, const JobRun& run, const Standing& standing);

/// FL-X101 while there is none; FL-S123 for one that cannot be understood.
Result<Standing> read_standing(const std::filesystem::path& state_dir, const JobRun& run);

/// Says that the writer is alive. Its clock is the file server's, so that only a change counts.
void beat(const std::filesystem::path& state_dir, const JobRun& run);

/// The last beat, or 0 where there is none.
std::time_t last_beat(const std::filesystem::path& state_dir, const JobRun& run);

} // namespace fairlead::stage
