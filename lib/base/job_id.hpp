/// The number Slurm gives a job.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fairlead {

struct JobId {
    std::uint32_t value;
    auto operator<=>(const JobId&) const = default;
};

/// Digits alone, above 0 and below Slurm's reserved values (NO_VAL 0xfffffffe, slurm.h); federated
/// jobs use the bits above 26. What passes is safe as a file name.
inline std::optional<JobId> parse_job_id(std::string_view text) {
    constexpr std::uint32_t highest = 0xffff'fffd;
    std::uint32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value == 0 || value > highest)
        return std::nullopt;
    return JobId{value};
}

} // namespace fairlead
