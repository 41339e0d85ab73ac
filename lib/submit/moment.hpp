/// Moments as --begin and --deadline take them.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

namespace fairlead::submit {

/// "16:00", "noon", "tomorrow", "now+1hour", "2030-01-02T03:04", "010230", "1/2/30" in local time,
/// as seconds since 1970. What has no date or no year lies ahead of `now`. Nothing where Slurm's
/// commands refuse the text.
std::optional<std::uint64_t> read_moment(std::string_view text, std::time_t now);

} // namespace fairlead::submit
