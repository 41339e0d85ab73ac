#include "stage/claim.hpp"

#include "stage/places.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sys/stat.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

std::int64_t epoch_of(const std::string& name) {
    std::int64_t epoch = 0;
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data(), end, epoch);
    return error == std::errc{} && stop == end ? epoch : 0;
}

Result<std::int64_t> highest(const fs::path& claims) {
    std::int64_t most = 0;
    std::error_code error;
    for (fs::directory_iterator entry{claims, error}, end; !error && entry != end;
         entry.increment(error))
        most = std::max(most, epoch_of(entry->path().filename().native()));
    if (error)
        return fail(Code::S123, "staging: cannot read {}: {}", claims.native(), error.message());
    return most;
}

} // namespace

/// mkdir is atomic on every shared file system, and fails for all but one.
Result<Claim> make_claim(const fs::path& state_dir, JobId job, std::int64_t now) {
    constexpr int tries = 16;
    if (auto made = make_places(state_dir, job); !made)
        return std::unexpected(made.error());
    const fs::path claims = claims_place(state_dir, job);
    for (int i = 0; i < tries; ++i) {
        const auto before = highest(claims);
        if (!before)
            return std::unexpected(before.error());
        const std::int64_t epoch = std::max(*before + 1, now);
        if (::mkdir((claims / std::to_string(epoch)).c_str(), 0700) == 0)
            return Claim{state_dir, job, epoch};
        if (errno != EEXIST)
            return fail(Code::S123, "staging: cannot claim job {} in {}: {}", job.value,
                        claims.native(), std::strerror(errno));
    }
    return fail(Code::S123, "staging: job {} is claimed by others all the time", job.value);
}

Result<std::int64_t> last_epoch(const fs::path& state_dir, JobId job) {
    if (auto made = make_places(state_dir, job); !made)
        return std::unexpected(made.error());
    return highest(claims_place(state_dir, job));
}

Result<Claim> claim_after(const fs::path& state_dir, JobId job, std::int64_t epoch) {
    Claim claim{state_dir, job, epoch + 1};
    const fs::path place = claims_place(state_dir, job) / std::to_string(claim.epoch);
    if (::mkdir(place.c_str(), 0700) != 0)
        return errno == EEXIST
                   ? fail(Code::S122, "staging of job {} was taken over by another node", job.value)
                   : fail(Code::S123, "staging: cannot claim job {} by {}: {}", job.value,
                          place.native(), std::strerror(errno));
    if (auto ours = still_ours(claim); !ours)
        return std::unexpected(ours.error());
    return claim;
}

Result<void> still_ours(const Claim& claim) {
    const auto now = highest(claims_place(claim.state_dir, claim.job));
    if (!now)
        return std::unexpected(now.error());
    if (*now != claim.epoch)
        return fail(Code::S122, "staging of job {} was taken over by another node",
                    claim.job.value);
    return {};
}

} // namespace fairlead::stage
