/// Which process looks after a job's staging: the one with the highest epoch. A process that was
/// paused so long that another one took over finds a higher one, and keeps its hands off.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <cstdint>
#include <filesystem>

namespace fairlead::stage {

struct Claim {
    std::filesystem::path state_dir;
    JobId job;
    std::int64_t epoch; ///< seconds since 1970 when it was made, or one more than the one before
};

/// Makes the folders of the job and takes over from whoever had it. FL-S123.
Result<Claim> make_claim(const std::filesystem::path& state_dir, JobId job, std::int64_t now);

/// The highest epoch of the job so far, 0 for none; makes its folders. FL-S123.
Result<std::int64_t> last_epoch(const std::filesystem::path& state_dir, JobId job);

/// Takes over from that very epoch and from no later one: whoever claims by make_claim() outranks
/// it. FL-S122 where another has claimed since, FL-S123.
Result<Claim> claim_after(const std::filesystem::path& state_dir, JobId job, std::int64_t epoch);

/// FL-S122 where somebody else has taken over.
Result<void> still_ours(const Claim& claim);

} // namespace fairlead::stage
